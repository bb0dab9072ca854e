package org.jft.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PerceptualHashTest {
    private static final int SIDE = 32;

    /** Below this the sign of a sum of float32 may differ from that of the exact one. */
    private static final double SIGN_IS_SURE = 0.01;

    @Test
    void shouldHoldTheSignsOfADirectTwoDimensionalTransform() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int sure = 0;
        for (int trial = 0; trial < 20; trial++) {
            int[][][] picture = picture(random);
            long hash = PerceptualHash.of(rgb(picture, trial), trial);
            for (int v = 0; v < 8; v++) {
                for (int u = 0; u < 8; u++) {
                    double c = coefficient(picture, v, u);
                    if (v + u > 0 && Math.abs(c) > SIGN_IS_SURE) {
                        assertThat(hash >>> 8 * v + u & 1)
                                .as("seed=%s, trial=%s, v=%s, u=%s", seed, trial, v, u)
                                .isEqualTo(c > 0 ? 1 : 0);
                        sure++;
                    }
                }
            }
            assertThat(PerceptualHash.exists(hash)).isTrue();
        }
        assertThat(sure).isGreaterThan(20 * 60);
    }

    @Test
    void shouldKnowTheHashOfTheMirroredPicture() {
        long seed = System.nanoTime();
        int[][][] picture = picture(new Random(seed));
        int[][][] mirrored = new int[SIDE][SIDE][];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                mirrored[y][x] = picture[y][SIDE - 1 - x];
            }
        }
        long hash = PerceptualHash.of(rgb(picture, 0), 0);
        long other = PerceptualHash.of(rgb(mirrored, 0), 0);
        assertThat(Long.bitCount(hash ^ other)).as("seed=%s", seed).isGreaterThan(20);
        // One bit may hang on the rounding of a sum near zero.
        assertThat(Long.bitCount(PerceptualHash.mirrored(hash) ^ other))
                .as("seed=%s", seed)
                .isLessThanOrEqualTo(1);
    }

    @Test
    void shouldGiveNoHashToPicturesThatLackMostFrequencies() {
        Random random = new Random(1);
        int[][][] blank = new int[SIDE][SIDE][];
        int[][][] faintNoise = new int[SIDE][SIDE][];
        int[][][] gradient = new int[SIDE][SIDE][];
        int[][][] halves = new int[SIDE][SIDE][];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int noise = 200 + random.nextInt(3);
                blank[y][x] = new int[] {255, 255, 255};
                faintNoise[y][x] = new int[] {noise, noise, noise};
                gradient[y][x] = new int[] {8 * y, 100, 0};
                halves[y][x] = new int[] {0, 0, x < SIDE / 2 ? 0 : 255};
            }
        }
        for (int[][][] plain : new int[][][][] {blank, faintNoise, gradient, halves}) {
            assertThat(PerceptualHash.of(rgb(plain, 0), 0)).isEqualTo(PerceptualHash.PLAIN);
        }
        assertThat(PerceptualHash.exists(PerceptualHash.PLAIN)).isFalse();
        assertThat(PerceptualHash.exists(PerceptualHash.UNREADABLE)).isFalse();
    }

    /** The definition, in double precision: a sum over every pixel for every frequency. */
    private static double coefficient(int[][][] picture, int v, int u) {
        double sum = 0;
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j++) {
                int[] p = picture[i][j];
                sum +=
                        (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2])
                                * Math.cos(Math.PI * (2 * i + 1) * v / 64)
                                * Math.cos(Math.PI * (2 * j + 1) * u / 64);
            }
        }
        return sum
                * Math.sqrt(v == 0 ? 1.0 / 32 : 1.0 / 16)
                * Math.sqrt(u == 0 ? 1.0 / 32 : 1.0 / 16);
    }

    /** Colours in blocks of 4 x 4, as large as photographs have areas, with a little noise. */
    private static int[][][] picture(Random random) {
        int[][][] blocks = new int[SIDE / 4][SIDE / 4][3];
        int[][][] picture = new int[SIDE][SIDE][3];
        for (int[][] row : blocks) {
            for (int[] block : row) {
                for (int c = 0; c < 3; c++) {
                    block[c] = random.nextInt(240);
                }
            }
        }
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                for (int c = 0; c < 3; c++) {
                    picture[y][x][c] = blocks[y / 4][x / 4][c] + random.nextInt(16);
                }
            }
        }
        return picture;
    }

    private static ByteBuffer rgb(int[][][] picture, int offset) {
        ByteBuffer rgb = ByteBuffer.allocateDirect(offset + SIDE * SIDE * 3);
        rgb.position(offset);
        for (int[][] row : picture) {
            for (int[] pixel : row) {
                for (int value : pixel) {
                    rgb.put((byte) value);
                }
            }
        }
        return rgb;
    }
}
