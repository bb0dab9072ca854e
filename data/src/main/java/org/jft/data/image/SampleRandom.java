package org.jft.data.image;

import org.jft.data.order.Hash;

/**
 * The random draws of one sample in one epoch: draw n is {@code mix(hash(seed, epoch, row) + (n +
 * 1) * G)} with {@link Hash}. Draws are numbered, not consumed, so that a new draw moves no other,
 * and neither threads nor workers nor a resume can change them.
 *
 * @param key the hash of (seed, epoch, row)
 */
public record SampleRandom(long key) {
    /** Returns the draws of a row in an epoch. */
    public static SampleRandom of(long seed, long epoch, long row) {
        return new SampleRandom(Hash.of(seed, epoch, row));
    }

    /** Returns draw n as a multiple of 2^-53 in [0, 1). */
    public double uniform(int draw) {
        return (Hash.mix(key + (draw + 1) * Hash.GOLDEN) >>> 11) * 0x1p-53;
    }

    /** Returns draw n as an integer in 0..bound-1. */
    public int below(int draw, int bound) {
        return (int) (uniform(draw) * bound);
    }
}
