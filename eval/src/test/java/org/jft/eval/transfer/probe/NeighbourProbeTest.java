package org.jft.eval.transfer.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeighbourProbeTest {
    private static final double TEMPERATURE = 0.07;

    @Test
    void shouldWeighTheVotesOfThoseThatASortByCosinePutsFirst() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Examples examples = RandomExamples.multiLabel(random, 80, 7, 5);
        for (int neighbours : new int[] {1, 20, 80, 1000}) {
            Probe.Scorer scorer = new NeighbourProbe(neighbours, TEMPERATURE).fit(examples);
            float[] wanted = new float[7];
            IntStream.range(0, 7).forEach(j -> wanted[j] = (float) random.nextGaussian());
            List<Integer> nearest =
                    IntStream.range(0, 80)
                            .boxed()
                            .sorted(
                                    Comparator.comparingDouble(
                                            i -> -cosine(wanted, examples.features()[i])))
                            .limit(neighbours)
                            .toList();
            double[] votes = new double[5];
            for (int i : nearest) {
                double cosine = cosine(wanted, examples.features()[i]);
                for (int k : examples.labels()[i]) {
                    votes[k] += Math.exp((cosine - 1) / TEMPERATURE);
                }
            }
            float[] scores = scorer.score(wanted);
            for (int k = 0; k < 5; k++) {
                assertThat((double) scores[k])
                        .as("seed %s neighbours %s class %s", seed, neighbours, k)
                        .isCloseTo(votes[k], within(1e-4 * (1e-6 + votes[k])));
            }
        }
    }

    @Test
    void shouldTakeTheEarlierOfEquals() {
        Examples twins =
                new Examples(
                        new float[][] {{0, 2}, {1, 1}, {3, 3}}, new int[][] {{0}, {1}, {2}}, 3);
        float[] scores = new NeighbourProbe(1, TEMPERATURE).fit(twins).score(new float[] {5, 5});
        assertThat(scores).containsExactly(new float[] {0, 1, 0}, within(1e-5f));
    }

    @Test
    void shouldPutAnImageWithoutFeaturesAtARightAngleToAll() {
        Examples one = new Examples(new float[][] {{1, 0}}, new int[][] {{1}}, 2);
        float[] scores = new NeighbourProbe(1, 1).fit(one).score(new float[2]);
        assertThat(scores).containsExactly(new float[] {0, (float) Math.exp(-1)}, within(1e-6f));
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < a.length; j++) {
            ab += (double) a[j] * b[j];
            aa += (double) a[j] * a[j];
            bb += (double) b[j] * b[j];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
