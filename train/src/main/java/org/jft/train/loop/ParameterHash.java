package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Fingerprints of the parameters' bits. */
final class ParameterHash {
    private static final int BLOCK = 4096;

    private ParameterHash() {}

    /** Returns a 64-bit hash that changes with any single bit: the ranks' proof of equality. */
    static long quick(FloatBuffer parameters) {
        long hash = 1125899906842597L; // any odd start; 31-polynomial over the bit patterns
        float[] block = new float[BLOCK];
        for (int from = 0; from < parameters.limit(); from += BLOCK) {
            int count = Math.min(BLOCK, parameters.limit() - from);
            parameters.get(from, block, 0, count);
            for (int i = 0; i < count; i++) {
                hash = 31 * hash + Float.floatToRawIntBits(block[i]);
            }
        }
        return hash;
    }

    /** Returns the SHA-256 of the parameters as little-endian float32, in hex. */
    static String sha256(FloatBuffer parameters) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer bytes =
                    ByteBuffer.allocate(BLOCK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int from = 0; from < parameters.limit(); from += BLOCK) {
                int count = Math.min(BLOCK, parameters.limit() - from);
                bytes.clear().asFloatBuffer().put(parameters.slice(from, count));
                digest.update(bytes.limit(count * Float.BYTES));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Returns whether every parameter is a finite number. */
    static boolean finite(FloatBuffer parameters) {
        float[] block = new float[BLOCK];
        for (int from = 0; from < parameters.limit(); from += BLOCK) {
            int count = Math.min(BLOCK, parameters.limit() - from);
            parameters.get(from, block, 0, count);
            for (int i = 0; i < count; i++) {
                if (!Float.isFinite(block[i])) {
                    return false;
                }
            }
        }
        return true;
    }
}
