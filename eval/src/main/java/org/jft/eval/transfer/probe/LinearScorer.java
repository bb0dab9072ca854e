package org.jft.eval.transfer.probe;

/**
 * A linear function of standardized features.
 *
 * @param bias value of the feature behind the others
 * @param weights [K][width + 1]
 */
record LinearScorer(Standardization standardization, double bias, double[][] weights)
        implements Probe.Scorer {
    @Override
    public float[] score(float[] features) {
        double[] x = standardization.apply(features, bias);
        float[] scores = new float[weights.length];
        for (int k = 0; k < scores.length; k++) {
            scores[k] = (float) dot(weights[k], x);
        }
        return scores;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
