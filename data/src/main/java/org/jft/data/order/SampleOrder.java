package org.jft.data.order;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The order in which samples are read, for ever: position p is sample {@code indexAt(p)} of epoch p
 * / count. Each epoch is a new bijection of 0..count-1. A pure function of its arguments, in O(1)
 * memory and time, and blind to the number of workers, so a run resumes from a position alone.
 *
 * <p>Shuffled in two levels, so that reads stay near-sequential on disks that want it:
 *
 * <pre>
 *   storage  |b0|b1|b2|b3|b4|b5|b6|t   blocks of blockRows; t is the ragged rest
 *   turned   rows are first rotated by a random amount, so t lies elsewhere every epoch
 *   blocks   |b5|b0|b3|b6|b2|b4|b1|t   the whole blocks are permuted
 *   windows  [b5 b0 b3][b6 b2 b4][b1 t]  windowBlocks blocks; the rows inside one are permuted
 * </pre>
 *
 * @param count samples of an epoch, at least 1
 * @param seed chooses the order
 * @param blockRows neighbouring rows that travel together into one window
 * @param windowBlocks blocks whose rows mix; a reader that keeps that many blocks in memory reads
 *     every block once. 0 means all of them: a global shuffle
 */
public record SampleOrder(long count, long seed, int blockRows, int windowBlocks) {
    private static final long ROTATION = 0;
    private static final long BLOCKS = 1;
    private static final long FIRST_WINDOW = 2;

    public SampleOrder {
        checkArgument(count > 0, "an order needs samples: count=%s", count);
        checkArgument(blockRows > 0, "blockRows must be positive: blockRows=%s", blockRows);
        checkArgument(
                windowBlocks >= 0,
                "windowBlocks must not be negative: windowBlocks=%s",
                windowBlocks);
    }

    /** Returns the epoch, from 0, that a position belongs to. */
    public long epochOf(long position) {
        return position / count;
    }

    /**
     * Returns the sample at a position.
     *
     * @param position from 0 and on over epoch borders
     * @return in 0..count-1
     */
    public long indexAt(long position) {
        checkArgument(position >= 0, "position must not be negative: position=%s", position);
        long epochKey = Hash.of(seed, epochOf(position));
        long shuffled = shuffleWithinWindow(epochKey, position % count);
        long slot = shuffled / blockRows;
        long wholeBlocks = count / blockRows;
        long block =
                slot < wholeBlocks
                        ? Permutation.at(wholeBlocks, Hash.of(epochKey, BLOCKS), slot)
                        : slot;
        long rotation = Long.remainderUnsigned(Hash.of(epochKey, ROTATION), count);
        return (block * blockRows + shuffled % blockRows + rotation) % count;
    }

    private long shuffleWithinWindow(long epochKey, long offset) {
        long windowRows = windowBlocks == 0 ? count : (long) blockRows * windowBlocks;
        long window = offset / windowRows;
        long first = window * windowRows;
        long size = Math.min(windowRows, count - first);
        return first
                + Permutation.at(size, Hash.of(epochKey, FIRST_WINDOW + window), offset - first);
    }
}
