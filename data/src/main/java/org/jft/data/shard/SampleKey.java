package org.jft.data.shard;

/**
 * The name of a sample: the first 128 bits of the SHA-256 of its encoded image.
 *
 * @param high bytes 0..7, big-endian
 * @param low bytes 8..15, big-endian
 */
public record SampleKey(long high, long low) {
    @Override
    public String toString() {
        return "%016x%016x".formatted(high, low);
    }
}
