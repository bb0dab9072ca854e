package org.jft.data.order;

import static com.google.common.base.Preconditions.checkArgument;

import org.jft.core.config.LoaderConfig;

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
 *   windows  [b5 b0|b3 b6][b2 b4|b1 t]   windowBlocks blocks for each of (here) two lanes; a lane's
 *                                      positions get its part of the window, whose rows are permuted
 * </pre>
 *
 * <p>So a worker that reads some of the lanes touches those parts of storage only: with N workers,
 * each fetches one N-th of a remote data set, and the order is the same for all N.
 *
 * @param count samples of an epoch, at least 1
 * @param seed chooses the order
 * @param blockRows neighbouring rows that travel together into one window
 * @param windowBlocks blocks whose rows mix in a lane; a reader that keeps that many for each of
 *     its lanes reads every block once. 0 means all of them: a global shuffle
 * @param lanes which positions share a part of the window; all of them in a global shuffle
 */
public record SampleOrder(long count, long seed, int blockRows, int windowBlocks, Lanes lanes) {
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
        lanes = windowBlocks == 0 ? Lanes.ONE : lanes;
    }

    /** Returns the order that a configuration asks for. */
    public static SampleOrder of(long count, long seed, LoaderConfig loader, Lanes lanes) {
        return new SampleOrder(count, seed, loader.blockRows(), loader.windowBlocks(), lanes);
    }

    /** Returns the epoch, from 0, that a position belongs to. */
    public long epochOf(long position) {
        return position / count;
    }

    /** Returns how many samples a window mixes, over all lanes. */
    public long windowRows() {
        return windowBlocks == 0
                ? count
                : Math.min(count, (long) blockRows * windowBlocks * lanes.count());
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
        long offset = position % count;
        long shuffled = shuffleWithinWindow(epochKey, offset, position - offset);
        long slot = shuffled / blockRows;
        long wholeBlocks = count / blockRows;
        long block =
                slot < wholeBlocks
                        ? Permutation.at(wholeBlocks, Hash.of(epochKey, BLOCKS), slot)
                        : slot;
        long rotation = Long.remainderUnsigned(Hash.of(epochKey, ROTATION), count);
        return (block * blockRows + shuffled % blockRows + rotation) % count;
    }

    private long shuffleWithinWindow(long epochKey, long offset, long epochStart) {
        long windowRows = windowRows();
        long window = offset / windowRows;
        long first = window * windowRows;
        long from = epochStart + first;
        long to = epochStart + Math.min(first + windowRows, count);
        int lane = lanes.laneOf(epochStart + offset);
        long inLane = lanes.ofLane(from, epochStart + offset, lane);
        long key = Hash.of(epochKey, FIRST_WINDOW + window) ^ Hash.mix(lane);
        return first
                + lanes.ofLowerLanes(from, to, lane)
                + Permutation.at(lanes.ofLane(from, to, lane), key, inLane);
    }
}
