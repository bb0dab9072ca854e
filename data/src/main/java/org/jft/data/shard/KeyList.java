package org.jft.data.shard;

import java.util.Arrays;

/** A growing list of keys, 16 bytes each and the room to grow; not thread-safe. */
final class KeyList {
    private static final int BITS = 2 * Long.SIZE;

    private long[] high = new long[16];
    private long[] low = new long[16];
    private int size;

    void add(SampleKey key) {
        if (size == high.length) {
            resize(Math.addExact(size, size >> 1));
        }
        high[size] = key.high();
        low[size++] = key.low();
    }

    /** Sorts by (high, low), in place, and keeps each key once. */
    void sortDistinct() {
        sort(0, size, BITS - 1);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (kept == 0 || high[i] != high[kept - 1] || low[i] != low[kept - 1]) {
                swap(kept++, i);
            }
        }
        size = kept;
        resize(size);
    }

    /** Radix exchange sort: those without the bit come first, then both parts by the bits below. */
    private void sort(int from, int to, int bit) {
        if (to - from < 2 || bit < 0) {
            return;
        }
        int without = from;
        for (int i = from; i < to; i++) {
            if (!isSet(i, bit)) {
                swap(without++, i);
            }
        }
        sort(from, without, bit - 1);
        sort(without, to, bit - 1);
    }

    private boolean isSet(int i, int bit) {
        long half = bit < Long.SIZE ? low[i] : high[i];
        long unsigned = half ^ Long.MIN_VALUE; // negative numbers first
        return (unsigned >>> bit & 1) != 0;
    }

    private void swap(int i, int j) {
        long h = high[i];
        high[i] = high[j];
        high[j] = h;
        long l = low[i];
        low[i] = low[j];
        low[j] = l;
    }

    private void resize(int capacity) {
        high = Arrays.copyOf(high, capacity);
        low = Arrays.copyOf(low, capacity);
    }

    /** Returns the first halves; after {@link #sortDistinct} no more of them than keys. */
    long[] high() {
        return high;
    }

    /** Returns the second halves, likewise. */
    long[] low() {
        return low;
    }
}
