package org.jft.data.dedup;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds all hashes within a Hamming distance of another: exactly, without looking at most of them
 * (multi-index hashing, Norouzi et al. 2012). Hashes of 64 bits are cut into 4 bands of 16; two
 * that differ in at most r bits differ in at most r / 4 bits of some band. So each band has a table
 * of the hashes by its value, and a search looks into the tables at all values that near:
 *
 * <pre>
 *   r          0..3   4..7   8..11   12..15
 *   buckets       4     68     548     2788       each with about n / 65536 hashes
 * </pre>
 *
 * <p>48 bytes a hash. Immutable, thread-safe.
 */
final class HammingIndex {
    /** Larger radii would look into more buckets than there are hashes in most sets. */
    static final int MAX_RADIUS = 15;

    private static final int BANDS = 4;
    private static final int BAND_BITS = 16;
    private static final int BUCKETS = 1 << BAND_BITS;

    private final int radius;
    private final int bandRadius;
    private final int[] masks; // every value with at most bandRadius bits
    private final Table[] tables = new Table[BANDS];

    /** Takes what is found. */
    interface Sink {
        /**
         * @param id the position of a hash among those indexed
         * @param distance bits in which it differs
         */
        void take(int id, int distance);
    }

    /** The hashes by one band: those of bucket b at start[b] to start[b + 1] (exclusive). */
    private record Table(int[] start, int[] ids, long[] hashes) {}

    /**
     * Indexes hashes.
     *
     * @param radius largest distance of a search, 0..{@value #MAX_RADIUS}
     */
    HammingIndex(long[] hashes, int radius) {
        checkArgument(
                0 <= radius && radius <= MAX_RADIUS, "radius must be in 0..15: radius=%s", radius);
        this.radius = radius;
        this.bandRadius = radius / BANDS;
        this.masks = masks(bandRadius);
        for (int b = 0; b < BANDS; b++) {
            tables[b] = table(hashes, b);
        }
    }

    /** Finds every hash within the radius, each once, in no order. */
    void search(long query, Sink sink) {
        for (int b = 0; b < BANDS; b++) {
            Table table = tables[b];
            int value = band(query, b);
            for (int mask : masks) {
                int bucket = value ^ mask;
                for (int i = table.start[bucket]; i < table.start[bucket + 1]; i++) {
                    long difference = query ^ table.hashes[i];
                    int distance = Long.bitCount(difference);
                    if (distance <= radius && firstFoundIn(b, difference)) {
                        sink.take(table.ids[i], distance);
                    }
                }
            }
        }
    }

    /** Returns whether no band before finds the same hash. */
    private boolean firstFoundIn(int band, long difference) {
        for (int b = 0; b < band; b++) {
            if (Integer.bitCount(band(difference, b)) <= bandRadius) {
                return false;
            }
        }
        return true;
    }

    private static int band(long hash, int band) {
        return (int) (hash >>> band * BAND_BITS) & BUCKETS - 1;
    }

    private static Table table(long[] hashes, int band) {
        int[] start = new int[BUCKETS + 1];
        for (long hash : hashes) {
            start[band(hash, band) + 1]++;
        }
        for (int b = 0; b < BUCKETS; b++) {
            start[b + 1] += start[b];
        }
        int[] next = start.clone();
        int[] ids = new int[hashes.length];
        long[] sorted = new long[hashes.length];
        for (int id = 0; id < hashes.length; id++) {
            int at = next[band(hashes[id], band)]++;
            ids[at] = id;
            sorted[at] = hashes[id];
        }
        return new Table(start, ids, sorted);
    }

    private static int[] masks(int bits) {
        List<Integer> masks = new ArrayList<>();
        for (int mask = 0; mask < BUCKETS; mask++) {
            if (Integer.bitCount(mask) <= bits) {
                masks.add(mask);
            }
        }
        masks.sort(Comparator.comparingInt(Integer::bitCount));
        return masks.stream().mapToInt(Integer::intValue).toArray();
    }
}
