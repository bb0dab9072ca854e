package org.jft.data.dedup;

import java.nio.ByteBuffer;

/**
 * What a picture looks like in 63 bits: the signs of its lowest frequencies. Of the grey picture,
 * shrunk to 32 x 32 pixels x(i, j) without keeping its aspect ratio,
 *
 * <pre>
 *   c(v, u) = a(v) a(u) sum over i, j of x(i, j) cos(pi (2i + 1) v / 64) cos(pi (2j + 1) u / 64)
 *   bit 8 v + u is set  iff  c(v, u) &gt; 0        0 &lt;= v, u &lt; 8, not both 0
 * </pre>
 *
 * with the scale a of the orthonormal DCT-II. Size, compression, brightness and contrast move few
 * bits; left and right exchanged, exactly those of odd u turn around.
 *
 * <p>Bit 0, the brightness, is never set; a number with it is no hash, {@link #PLAIN} or {@link
 * #UNREADABLE}. Plain is a picture that lacks most of these frequencies: blank ones, gradients and
 * the like would all be each other's duplicates.
 */
final class PerceptualHash {
    /** Side of the picture that is hashed, pixels. */
    static final int SIDE = 32;

    /** Largest distance of two hashes. */
    static final int BITS = 63;

    /** Stands for the hash of a picture with too few frequencies. */
    static final long PLAIN = 1;

    /** Stands for the hash of a picture that cannot be decoded. */
    static final long UNREADABLE = 3;

    private static final int LOW = 8;
    private static final long ODD_COLUMNS = 0xaaaa_aaaa_aaaa_aaaaL;

    /** What rounding and compression leave of a frequency that is not there stays below this. */
    private static final float FAINT = 2;

    /** Fewest frequencies of a picture that can be told from others. */
    private static final int FEWEST_FREQUENCIES = 16;

    /** The orthonormal DCT-II, [frequency][pixel]. */
    private static final float[][] COSINES = cosines();

    private PerceptualHash() {}

    /**
     * Hashes a picture.
     *
     * @param rgb uint8, [..., 32, 32, 3]
     * @param offset where the picture begins
     * @return the hash, or {@link #PLAIN}
     */
    static long of(ByteBuffer rgb, int offset) {
        float[] coefficients = lowFrequencies(grey(rgb, offset));
        long bits = 0;
        int frequencies = 0;
        for (int i = 1; i < coefficients.length; i++) {
            bits |= coefficients[i] > 0 ? 1L << i : 0;
            frequencies += Math.abs(coefficients[i]) > FAINT ? 1 : 0;
        }
        return frequencies < FEWEST_FREQUENCIES ? PLAIN : bits;
    }

    /** Returns whether a picture has a hash. */
    static boolean exists(long hash) {
        return (hash & 1) == 0;
    }

    /** Returns the hash of the same picture, left and right exchanged. */
    static long mirrored(long hash) {
        return hash ^ ODD_COLUMNS;
    }

    /** Luma of ITU-R BT.601, as in JPEG. */
    private static float[] grey(ByteBuffer rgb, int offset) {
        float[] grey = new float[SIDE * SIDE];
        for (int i = 0; i < grey.length; i++) {
            int at = offset + 3 * i;
            grey[i] =
                    0.299f * (rgb.get(at) & 0xff)
                            + 0.587f * (rgb.get(at + 1) & 0xff)
                            + 0.114f * (rgb.get(at + 2) & 0xff);
        }
        return grey;
    }

    /** Returns c(v, u) at 8 v + u: rows first, then columns. */
    private static float[] lowFrequencies(float[] grey) {
        float[] ofRows = new float[SIDE * LOW];
        for (int row = 0; row < SIDE; row++) {
            for (int u = 0; u < LOW; u++) {
                float sum = 0;
                for (int x = 0; x < SIDE; x++) {
                    sum += grey[row * SIDE + x] * COSINES[u][x];
                }
                ofRows[row * LOW + u] = sum;
            }
        }
        float[] coefficients = new float[LOW * LOW];
        for (int v = 0; v < LOW; v++) {
            for (int row = 0; row < SIDE; row++) {
                for (int u = 0; u < LOW; u++) {
                    coefficients[v * LOW + u] += COSINES[v][row] * ofRows[row * LOW + u];
                }
            }
        }
        return coefficients;
    }

    private static float[][] cosines() {
        float[][] cosines = new float[LOW][SIDE];
        for (int f = 0; f < LOW; f++) {
            double scale = Math.sqrt((f == 0 ? 1.0 : 2.0) / SIDE);
            for (int x = 0; x < SIDE; x++) {
                cosines[f][x] = (float) (scale * Math.cos(Math.PI * (2 * x + 1) * f / (2 * SIDE)));
            }
        }
        return cosines;
    }
}
