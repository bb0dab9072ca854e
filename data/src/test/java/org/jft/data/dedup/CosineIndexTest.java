package org.jft.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CosineIndexTest {
    /** n products of float32, rounded and summed. */
    private static final double ROUNDING = 1e-5;

    @Test
    void shouldFindThePairsThatDoublePrecisionFinds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int count : new int[] {2, 255, 256, 257, 700}) {
            int width = 2 + random.nextInt(40);
            float[] vectors = gaussians(count * width, random);
            int queryCount = 1 + random.nextInt(11);
            float[] queries = gaussians(queryCount * width, random);
            CosineIndex index = new CosineIndex(width);
            for (int row = 0; row < count; row++) {
                index.add(FloatBuffer.wrap(vectors), row);
            }
            index.finish();
            double[] mean = mean(vectors, width);
            float[][] units = new float[queryCount][];
            for (int q = 0; q < queryCount; q++) {
                units[q] = index.unit(FloatBuffer.wrap(queries), q);
            }
            float bound = (float) Math.min(0.9, 1 / Math.sqrt(width));
            Map<String, Float> found = new TreeMap<>();
            index.search(units, bound, (query, id, cosine) -> found.put(query + ":" + id, cosine));
            for (int q = 0; q < queryCount; q++) {
                for (int id = 0; id < count; id++) {
                    String context = "seed=%s, q=%s, id=%s".formatted(seed, q, id);
                    double exact = cosine(queries, q, vectors, id, mean);
                    Float actual = found.remove(q + ":" + id);
                    if (Math.abs(exact - bound) > ROUNDING) {
                        assertThat(actual != null).as(context).isEqualTo(exact > bound);
                    }
                    if (actual != null) {
                        assertThat((double) actual).as(context).isCloseTo(exact, within(ROUNDING));
                        assertThat(index.cosine(units[q], id))
                                .as(context)
                                .isCloseTo(actual, within((float) ROUNDING));
                    }
                }
            }
            assertThat(found).as("seed=%s: pairs that are not there", seed).isEmpty();
            assertThat(index.count()).isEqualTo(count);
        }
    }

    @Test
    void shouldTakeAVectorAtTheMeanForNobodysNeighbour() {
        CosineIndex index = new CosineIndex(2);
        FloatBuffer vectors = FloatBuffer.wrap(new float[] {9, 9, 1, 2, 4, 6, 7, 10});
        for (int row = 1; row < 4; row++) {
            index.add(vectors, row);
        }
        index.finish();
        float[] unit = index.unit(FloatBuffer.wrap(new float[] {7, 10}), 0);
        assertThat(unit).startsWith(0.6f, 0.8f);
        assertThat(index.cosine(unit, 0)).isCloseTo(-1, within(1e-6f));
        assertThat(index.cosine(unit, 1)).isZero();
        assertThat(index.cosine(unit, 2)).isCloseTo(1, within(1e-6f));
    }

    private static double[] mean(float[] vectors, int width) {
        double[] mean = new double[width];
        for (int i = 0; i < vectors.length; i++) {
            mean[i % width] += (double) vectors[i] * width / vectors.length;
        }
        return mean;
    }

    private static double cosine(float[] a, int rowA, float[] b, int rowB, double[] mean) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int k = 0; k < mean.length; k++) {
            double x = a[rowA * mean.length + k] - mean[k];
            double y = b[rowB * mean.length + k] - mean[k];
            product += x * y;
            squaresA += x * x;
            squaresB += y * y;
        }
        return squaresA * squaresB == 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
    }

    private static float[] gaussians(int n, Random random) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
