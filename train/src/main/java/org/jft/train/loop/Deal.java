package org.jft.train.loop;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.jft.cluster.collective.Collective;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Which micro batches of the step that is under way have gone into this worker's sum, and how those
 * that no worker has any more are dealt out. A micro batch is always in the sum of one worker at
 * most: each is dealt to one, and again only when nobody has it.
 *
 * <pre>
 *   8 micro batches              m0 m1 m2 m3 m4 m5 m6 m7
 *   dealt to ranks 0, 1, 2       0  0  1  1  1  2  2  2
 *   1 is lost, 2 is rank 1 now   0  0  .  .  .  1  1  1
 *   dealt to ranks 0 and 1             0  0  1
 * </pre>
 */
final class Deal {
    private final BitSet held = new BitSet();
    private int microBatches; // of the step that those held are of

    /** A step begins, with no gradients. */
    void begin() {
        held.clear();
    }

    /** Returns whether this worker has none yet. */
    boolean empty() {
        return held.isEmpty();
    }

    /**
     * A micro batch has gone into this worker's sum.
     *
     * @param of how many the step has
     */
    void add(int microBatch, int of) {
        held.set(microBatch);
        microBatches = of;
    }

    /**
     * Returns how many micro batches the step has that some worker has begun; empty if none has.
     * All ranks call.
     */
    OptionalInt begun(Collective ranks) {
        long most = LongStream.of(ranks.allGather(empty() ? 0 : microBatches)).max().orElseThrow();
        return most == 0 ? OptionalInt.empty() : OptionalInt.of((int) most);
    }

    /**
     * Returns the micro batches that this worker is to add to a step that has begun, once it is
     * known who has which: those missing go where the fewest are. All ranks call.
     *
     * @param of how many the step has
     */
    List<Integer> again(Collective ranks, int of) {
        int[] counts = new int[ranks.topology().worldSize()];
        BitSet missing = new BitSet();
        missing.set(0, of);
        for (BitSet[] word : gather(ranks, of)) {
            for (int rank = 0; rank < counts.length; rank++) {
                counts[rank] += word[rank].cardinality();
                requireWithin(missing, word[rank]);
                missing.andNot(word[rank]);
            }
        }
        return deal(missing, counts, ranks.topology().rank());
    }

    private static void requireWithin(BitSet missing, BitSet held) {
        BitSet twice = (BitSet) held.clone();
        twice.andNot(missing);
        if (!twice.isEmpty()) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "micro batches %s of a step are in the sums of two ranks".formatted(twice));
        }
    }

    /** Returns what each rank has, [words][ranks], each word the bits of 64 micro batches. */
    private List<BitSet[]> gather(Collective ranks, int microBatches) {
        List<BitSet[]> words = new ArrayList<>();
        for (int from = 0; from < microBatches; from += Long.SIZE) {
            long[] own = held.get(from, from + Long.SIZE).toLongArray();
            long[] all = ranks.allGather(own.length == 0 ? 0 : own[0]);
            BitSet[] word = new BitSet[all.length];
            for (int rank = 0; rank < all.length; rank++) {
                word[rank] = shifted(all[rank], from);
            }
            words.add(word);
        }
        return words;
    }

    private static BitSet shifted(long bits, int from) {
        BitSet shifted = new BitSet();
        BitSet.valueOf(new long[] {bits}).stream().forEach(bit -> shifted.set(from + bit));
        return shifted;
    }

    /** Consecutive ones to each rank, as many as make the counts even. */
    private static List<Integer> deal(BitSet missing, int[] counts, int self) {
        int[] shares = new int[counts.length];
        for (int i = 0; i < missing.cardinality(); i++) {
            int fewest = 0;
            for (int rank = 1; rank < counts.length; rank++) {
                if (counts[rank] + shares[rank] < counts[fewest] + shares[fewest]) {
                    fewest = rank;
                }
            }
            shares[fewest]++;
        }
        int before = 0;
        for (int rank = 0; rank < self; rank++) {
            before += shares[rank];
        }
        return missing.stream().boxed().skip(before).limit(shares[self]).toList();
    }
}
