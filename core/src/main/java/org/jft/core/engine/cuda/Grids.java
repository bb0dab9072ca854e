package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.Grid;

/** The launch shapes of our kernels; kernels/README.md has the table. */
final class Grids {
    private static final int BLOCK = 256; // threads
    private static final int UNIT = 8; // elements that a thread takes at a time
    private static final int LANES = 32; // threads side by side along channels
    private static final int TILE = 4096; // elements of a transposed tile
    private static final int MOST_BLOCKS = 8192;
    private static final int MOST_ROWS = 65_535;
    private static final int ENOUGH_BLOCKS = 512; // to fill a large GPU a few times over
    private static final int ROWS_OF_A_CHUNK = 256;
    private static final int COMBINED = 8; // columns of a block that adds up chunks
    private static final int ROUNDS = 4; // make up for reading the numbers of eight channels

    private Grids() {}

    static Grid flat(long count) {
        return Grid.of(clamp(ceil(count, BLOCK * UNIT)), BLOCK);
    }

    /**
     * A flat grid for what reads numbers of its channels first: some rounds for each thread, all of
     * which begin at the same channel where that takes few more blocks.
     */
    static Grid flat(long count, int channels) {
        return Grid.of(rounds(count, channels, UNIT, ENOUGH_BLOCKS), BLOCK);
    }

    /** The same over each image of a batch: rows of the grid are images. */
    static Grid flatOfImages(int n, long count, int channels) {
        int unit = channels % UNIT == 0 ? UNIT : 1;
        int blocks = rounds(count, channels, unit, ceil(ENOUGH_BLOCKS, n));
        return new Grid(blocks, Math.min(n, MOST_ROWS), 1, BLOCK, 0);
    }

    /** Returns enough blocks, or so many that each thread has some rounds. */
    private static int rounds(long count, int channels, int unit, long enough) {
        long once = ceil(count, (long) BLOCK * unit);
        long blocks = clamp(Math.max(Math.min(once, enough), ceil(once, ROUNDS)));
        long period = channels / gcd(channels, (long) BLOCK * unit);
        long rounded = ceil(blocks, period) * period;
        return (int) (rounded <= MOST_BLOCKS ? rounded : blocks);
    }

    /** A grid over an image that is written. */
    static Grid image(int n, int h, int w, int c) {
        long packs = c % UNIT == 0 ? c / UNIT : c;
        return new Grid(clamp(ceil(packs * h * w, BLOCK)), Math.min(n, MOST_ROWS), 1, BLOCK, 0);
    }

    static Grid columns(int c, int chunks) {
        return new Grid(columnBlocks(c), chunks, 1, BLOCK, 0);
    }

    /** A grid of columns over each image of a batch. */
    static Grid columnsOfImages(int n, int c) {
        return columns(c, Math.min(n, MOST_ROWS));
    }

    /** Returns into how many chunks the rows of a matrix are cut, to be summed apart. */
    static int chunks(long rows, int c) {
        long wanted = ceil(ENOUGH_BLOCKS, columnBlocks(c));
        return (int) Math.max(1, Math.min(wanted, ceil(rows, ROWS_OF_A_CHUNK)));
    }

    /** Returns into how many chunks of equal length the pixels of each image of a batch are cut. */
    static int chunksOfImages(int n, int pixels, int c) {
        long wanted = ceil(ENOUGH_BLOCKS, (long) n * columnBlocks(c));
        int chunks = (int) Math.max(1, Math.min(wanted, ceil(pixels, ROWS_OF_A_CHUNK)));
        while (pixels % chunks != 0) {
            chunks--;
        }
        return chunks;
    }

    private static int columnBlocks(int c) {
        return (int) ceil(c, LANES * (c % UNIT == 0 ? UNIT : 1));
    }

    static Grid combine(int c) {
        return Grid.of((int) ceil(c, COMBINED), BLOCK);
    }

    static Grid tiles(long count) {
        return Grid.of(clamp(ceil(count, TILE)), BLOCK);
    }

    static Grid channels(int c) {
        return Grid.of((int) ceil(c, BLOCK), BLOCK);
    }

    /** One block for each row or range. */
    static Grid each(int count) {
        return Grid.of(count, BLOCK);
    }

    private static int clamp(long blocks) {
        return (int) Math.max(1, Math.min(blocks, MOST_BLOCKS));
    }

    private static long ceil(long count, long by) {
        return (count + by - 1) / by;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
