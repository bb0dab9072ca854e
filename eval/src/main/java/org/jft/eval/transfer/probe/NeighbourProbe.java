package org.jft.eval.transfer.probe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * The vote of the nearest examples by the cosine of their features: each gives its classes
 * exp((cosine - 1) / temperature), as is usual since Wu et al. 2018 (arXiv 1805.01978). Equal
 * cosines: the earlier example. An image costs N x width multiply-adds.
 *
 * @param neighbours how many vote; all if there are fewer
 * @param temperature 0.07 there
 */
public record NeighbourProbe(int neighbours, double temperature) implements Probe {
    public NeighbourProbe {
        checkArgument(neighbours > 0, "neighbours must be positive: %s", neighbours);
        checkArgument(temperature > 0, "temperature must be positive: %s", temperature);
    }

    @Override
    public Scorer fit(Examples examples) {
        float[][] units =
                Arrays.stream(examples.features())
                        .map(NeighbourProbe::unit)
                        .toArray(float[][]::new);
        return features -> vote(unit(features), units, examples);
    }

    private float[] vote(float[] wanted, float[][] units, Examples examples) {
        int count = Math.min(neighbours, units.length);
        float[] nearest = new float[count]; // cosines, descending
        int[] index = new int[count];
        int found = 0;
        for (int i = 0; i < units.length; i++) {
            float cosine = dot(wanted, units[i]);
            if (found < count || cosine > nearest[count - 1]) {
                int at = found < count ? found++ : count - 1;
                for (; at > 0 && cosine > nearest[at - 1]; at--) {
                    nearest[at] = nearest[at - 1];
                    index[at] = index[at - 1];
                }
                nearest[at] = cosine;
                index[at] = i;
            }
        }
        double[] votes = new double[examples.classes()];
        for (int rank = 0; rank < found; rank++) {
            double weight = Math.exp((nearest[rank] - 1) / temperature);
            for (int k : examples.labels()[index[rank]]) {
                votes[k] += weight;
            }
        }
        float[] scores = new float[votes.length];
        for (int k = 0; k < scores.length; k++) {
            scores[k] = (float) votes[k];
        }
        return scores;
    }

    /** Zero stays zero: at cosine 0 to all. */
    private static float[] unit(float[] features) {
        double squares = 0;
        for (float value : features) {
            squares += (double) value * value;
        }
        float scale = squares > 0 ? (float) (1 / Math.sqrt(squares)) : 0;
        float[] unit = new float[features.length];
        for (int j = 0; j < unit.length; j++) {
            unit[j] = features[j] * scale;
        }
        return unit;
    }

    /** Four sums, because one waits for the last addition at every element. */
    private static float dot(float[] a, float[] b) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int j = 0;
        for (; j + 3 < a.length; j += 4) {
            s0 += a[j] * b[j];
            s1 += a[j + 1] * b[j + 1];
            s2 += a[j + 2] * b[j + 2];
            s3 += a[j + 3] * b[j + 3];
        }
        for (; j < a.length; j++) {
            s0 += a[j] * b[j];
        }
        return (s0 + s1) + (s2 + s3);
    }
}
