package org.jft.data.dedup;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jft.data.shard.SampleKey;

/**
 * Evaluation pictures by their keys: a hash table with chains. A key is 128 bits of a SHA-256, so
 * any of its bits do for a hash.
 *
 * <p>24 to 28 bytes a picture. Immutable, thread-safe.
 */
final class KeyIndex {
    private static final int NONE = -1;

    private final long[] high; // [pictures]
    private final long[] low;
    private final int[] next; // [pictures], in the same chain
    private final int[] head; // [chains], a power of two

    KeyIndex(EvaluationSets evaluation) {
        int count = evaluation.count();
        high = new long[count];
        low = new long[count];
        next = new int[count];
        head = new int[Integer.highestOneBit(Math.max(1, count))];
        Arrays.fill(head, NONE);
        for (int picture = 0; picture < count; picture++) {
            SampleKey key = evaluation.dataOf(picture).key(evaluation.rowOf(picture));
            high[picture] = key.high();
            low[picture] = key.low();
            int chain = chain(key);
            next[picture] = head[chain];
            head[chain] = picture;
        }
    }

    /** Finds every picture with a key, in no order. */
    void search(SampleKey key, IntConsumer sink) {
        for (int at = head[chain(key)]; at != NONE; at = next[at]) {
            if (high[at] == key.high() && low[at] == key.low()) {
                sink.accept(at);
            }
        }
    }

    private int chain(SampleKey key) {
        return (int) key.low() & head.length - 1;
    }
}
