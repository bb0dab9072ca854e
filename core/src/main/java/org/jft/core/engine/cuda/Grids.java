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
        long once = ceil(count, BLOCK * UNIT);
        long blocks = clamp(Math.max(Math.min(once, ENOUGH_BLOCKS), ceil(once, ROUNDS)));
        long period = channels / gcd(channels, BLOCK * UNIT);
        long rounded = ceil(blocks, period) * period;
        return Grid.of((int) (rounded <= MOST_BLOCKS ? rounded : blocks), BLOCK);
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
