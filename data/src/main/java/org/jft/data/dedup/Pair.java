package org.jft.data.dedup;

/**
 * A training picture that looks like an evaluation picture.
 *
 * @param row of the training picture
 * @param picture number of the evaluation picture, see {@link EvaluationSets}
 * @param distance bits in which their hashes differ; {@link #NO_HASH} where one has none
 * @param mirrored whether it is the mirrored evaluation picture that is that near
 * @param identical whether both are the same bytes
 * @param cosine of their features; NaN without a network
 */
record Pair(
        long row, int picture, int distance, boolean mirrored, boolean identical, float cosine) {
    static final int NO_HASH = -1;

    /** Returns the pair as two hashes see it; without a cosine. */
    static Pair of(long row, long hash, int picture, long other, boolean identical) {
        if (!PerceptualHash.exists(hash) || !PerceptualHash.exists(other)) {
            return new Pair(row, picture, NO_HASH, false, identical, Float.NaN);
        }
        int upright = Long.bitCount(hash ^ other);
        int mirrored = Long.bitCount(hash ^ PerceptualHash.mirrored(other));
        int distance = Math.min(upright, mirrored);
        return new Pair(row, picture, distance, mirrored < upright, identical, Float.NaN);
    }

    Pair withCosine(float value) {
        return new Pair(row, picture, distance, mirrored, identical, value);
    }

    boolean nearByHash(int radius) {
        return distance != NO_HASH && distance <= radius;
    }

    /** Returns whether the features are that near; false without a network. */
    boolean nearByCosine(double atLeast) {
        return cosine >= atLeast;
    }
}
