package org.jft.data.order;

/**
 * The one source of randomness of subsets, order and augmentation: a hash of 64-bit words. Pure, so
 * the whole random state of a run is its seed and its position. Changing a bit of it changes every
 * subset and every order, so it is part of the data format.
 *
 * <pre>
 *   mix(z)                 = z ^= z &gt;&gt;&gt; 30;  z *= 0xbf58476d1ce4e5b9;
 *                            z ^= z &gt;&gt;&gt; 27;  z *= 0x94d049bb133111eb;  z ^= z &gt;&gt;&gt; 31
 *   hash(seed)             = mix(seed + G)                  G = 0x9e3779b97f4a7c15
 *   hash(seed, a)          = mix((hash(seed) ^ a) + G)
 *   hash(seed, a, b)       = mix((hash(seed, a) ^ b) + G)
 * </pre>
 *
 * {@code mix} is the finaliser of SplitMix64 (Stafford's variant 13): a bijection of 64 bits.
 */
public final class Hash {
    /** 2^64 over the golden ratio: the step of a counter, so that equal words do not cancel. */
    public static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private Hash() {}

    /** Returns {@code z} with every input bit spread over every output bit. */
    public static long mix(long z) {
        long h = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
        return h ^ (h >>> 31);
    }

    /** Returns the hash of one word under a seed. */
    public static long of(long seed, long a) {
        return mix((mix(seed + GOLDEN) ^ a) + GOLDEN);
    }

    /** Returns the hash of two words under a seed. */
    public static long of(long seed, long a, long b) {
        return mix((of(seed, a) ^ b) + GOLDEN);
    }
}
