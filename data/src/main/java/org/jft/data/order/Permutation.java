package org.jft.data.order;

/**
 * A keyed bijection of 0..size-1, computed one element at a time: a Feistel network over the
 * smallest power of two that holds {@code size}, walked along its cycle until it lands below {@code
 * size}. Less than two walks on average, no memory.
 *
 * <p>The halves differ by one bit when the width is odd; each round replaces one half by its XOR
 * with a hash of the other, which undoes itself, so every round is a bijection whatever the hash.
 */
final class Permutation {
    /** Four would do against chance; the narrow halves of small sizes need more to mix. */
    private static final int ROUNDS = 8;

    private Permutation() {}

    /**
     * Returns where {@code x} goes.
     *
     * @param size at least 1
     * @param x in 0..size-1
     */
    static long at(long size, long key, long x) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        int lowBits = bits / 2;
        long lowMask = (1L << lowBits) - 1;
        long highMask = (1L << (bits - lowBits)) - 1;
        long value = x;
        do {
            long low = value & lowMask;
            long high = value >>> lowBits;
            for (int round = 0; round < ROUNDS; round += 2) {
                high ^= Hash.mix((key + round * Hash.GOLDEN) ^ low) & highMask;
                low ^= Hash.mix((key + (round + 1) * Hash.GOLDEN) ^ high) & lowMask;
            }
            value = high << lowBits | low;
        } while (value >= size);
        return value;
    }
}
