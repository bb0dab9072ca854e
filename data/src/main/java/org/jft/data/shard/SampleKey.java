package org.jft.data.shard;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Longs;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The name of a sample: the first 128 bits of the SHA-256 of its encoded image.
 *
 * @param high bytes 0..7, big-endian
 * @param low bytes 8..15, big-endian
 */
public record SampleKey(long high, long low) implements Serializable {
    /** Length on disk, bytes. */
    static final int LENGTH = 2 * Long.BYTES;

    /** Returns the key of an encoded image. */
    public static SampleKey of(byte[] image) {
        return fromBytes(Sha256.digest().digest(image));
    }

    /** Returns the key of an encoded image, from position to limit; neither changes. */
    static SampleKey of(ByteBuffer image) {
        MessageDigest digest = Sha256.digest();
        digest.update(image.duplicate());
        return fromBytes(digest.digest());
    }

    /**
     * Reads a key as {@link #toString} writes it.
     *
     * @throws IllegalArgumentException unless it is 32 hexadecimal digits
     */
    public static SampleKey parse(String text) {
        byte[] bytes = HexFormat.of().parseHex(text);
        checkArgument(bytes.length == LENGTH, "a key has 32 digits: %s", text);
        return fromBytes(bytes);
    }

    /** Reads the first 16 bytes. */
    static SampleKey fromBytes(byte[] bytes) {
        return new SampleKey(longAt(bytes, 0), longAt(bytes, Long.BYTES));
    }

    byte[] toBytes() {
        byte[] bytes = new byte[LENGTH];
        System.arraycopy(Longs.toByteArray(high), 0, bytes, 0, Long.BYTES);
        System.arraycopy(Longs.toByteArray(low), 0, bytes, Long.BYTES, Long.BYTES);
        return bytes;
    }

    private static long longAt(byte[] bytes, int offset) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << Byte.SIZE | bytes[offset + i] & 0xff;
        }
        return value;
    }

    @Override
    public String toString() {
        return "%016x%016x".formatted(high, low);
    }
}
