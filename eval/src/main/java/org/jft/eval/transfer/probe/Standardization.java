package org.jft.eval.transfer.probe;

/**
 * Features shifted and scaled to mean 0 and standard deviation 1 over the examples a probe learns
 * from, so that one weight of L2 means the same for all networks.
 */
record Standardization(double[] mean, double[] deviation) {
    /** Keeps a feature that never changes, such as a dead rectifier's, from dividing by zero. */
    private static final double EPSILON = 1e-5;

    static Standardization of(float[][] features) {
        int n = features.length;
        int width = features[0].length;
        double[] mean = new double[width];
        for (float[] row : features) {
            for (int j = 0; j < width; j++) {
                mean[j] += row[j] / (double) n;
            }
        }
        double[] deviation = new double[width];
        for (float[] row : features) {
            for (int j = 0; j < width; j++) {
                deviation[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / n;
            }
        }
        for (int j = 0; j < width; j++) {
            deviation[j] = Math.sqrt(deviation[j]) + EPSILON;
        }
        return new Standardization(mean, deviation);
    }

    /**
     * Standardizes one image.
     *
     * @param bias value of one more feature behind the others
     * @return [width + 1]
     */
    double[] apply(float[] features, double bias) {
        double[] result = new double[features.length + 1];
        for (int j = 0; j < features.length; j++) {
            result[j] = (features[j] - mean[j]) / deviation[j];
        }
        result[features.length] = bias;
        return result;
    }

    /** Standardizes all. */
    double[][] apply(float[][] features, double bias) {
        double[][] result = new double[features.length][];
        for (int i = 0; i < result.length; i++) {
            result[i] = apply(features[i], bias);
        }
        return result;
    }
}
