package org.jft.train.optimizer;

/**
 * A rule that moves each weight tensor in proportion to its norm, so that large batches may take
 * large rates. The rate of a tensor of weights is multiplied by a ratio of norms; biases and norm
 * parameters are neither adapted nor decayed, as is usual, and have a factor of their own.
 */
sealed interface LayerwiseRule extends UpdateRule {
    /**
     * Leaves in the gradient's array what the tensor's norm is taken of. State that it changes
     * there is not kept.
     */
    void measured(float[][] arrays, int count, float factor, float decay, long step);

    /**
     * Returns the factor on the rate of a tensor; 1 while one of the norms is 0, as for weights
     * that start at 0.
     *
     * @param weights norm of the parameters
     * @param measured norm of what {@link #measured} leaves
     */
    double ratio(double weights, double measured, double decay);

    /** Returns the factor on the rate of biases and norm parameters. */
    double unadapted();

    /**
     * LARS (You, Gitman, Ginsburg 2017, arXiv 1708.03888, algorithm 1), decay being L2: v = m v +
     * lr ratio (g + decay w); w -= v; ratio = eta |w| / (|g| + decay |w|).
     *
     * <p>The paper adapts biases, too. Who leaves them out, as SimCLR does, mostly gives them the
     * bare rate, which is a thousand times that of weights whose gradient is as long as they are:
     * here their ratio is eta, so that they move by lr eta g, and a rate fit for the weights is not
     * too much for them.
     *
     * @param trust eta
     */
    record Lars(float momentum, double trust) implements LayerwiseRule {
        @Override
        public float[] initialState() {
            return new float[] {0};
        }

        @Override
        public void measured(float[][] arrays, int count, float factor, float decay, long step) {
            float[] g = arrays[1];
            for (int i = 0; i < count; i++) {
                g[i] *= factor;
            }
        }

        @Override
        public double ratio(double weights, double measured, double decay) {
            return weights == 0 || measured == 0
                    ? 1
                    : trust * weights / (measured + decay * weights);
        }

        @Override
        public double unadapted() {
            return trust;
        }

        @Override
        public void apply(float[][] arrays, int count, float lr) {
            float[] w = arrays[0];
            float[] g = arrays[1];
            float[] velocity = arrays[2];
            for (int i = 0; i < count; i++) {
                velocity[i] = momentum * velocity[i] + lr * g[i];
                w[i] -= velocity[i];
            }
        }
    }

    /**
     * LAMB (You et al. 2020, arXiv 1904.00962, algorithm 2) with phi(x) = x: m = b1 m + (1 - b1) g;
     * s = b2 s + (1 - b2) g^2; u = (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + eps) + decay w; w -=
     * lr ratio u; ratio = |w| / |u|. t counts steps from 1.
     */
    record Lamb(float momentum, float decay, float epsilon) implements LayerwiseRule {
        @Override
        public float[] initialState() {
            return new float[] {0, 0};
        }

        @Override
        public void measured(float[][] arrays, int count, float factor, float l2, long step) {
            direction(arrays, count, factor, l2, step);
        }

        @Override
        public double ratio(double weights, double measured, double l2) {
            return weights == 0 || measured == 0 ? 1 : weights / measured;
        }

        @Override
        public double unadapted() {
            return 1;
        }

        @Override
        public void direction(float[][] arrays, int count, float factor, float l2, long step) {
            float[] w = arrays[0];
            float[] g = arrays[1];
            float[] mean = arrays[2];
            float[] meanSquare = arrays[3];
            float ofMean = (float) (1 / (1 - Math.pow(momentum, step + 1.0)));
            float ofSquare = (float) (1 / (1 - Math.pow(decay, step + 1.0)));
            for (int i = 0; i < count; i++) {
                float gradient = g[i] * factor;
                mean[i] = momentum * mean[i] + (1 - momentum) * gradient;
                meanSquare[i] = decay * meanSquare[i] + (1 - decay) * gradient * gradient;
                float root = (float) Math.sqrt(meanSquare[i] * ofSquare);
                g[i] = mean[i] * ofMean / (root + epsilon) + l2 * w[i];
            }
        }

        @Override
        public void apply(float[][] arrays, int count, float lr) {
            float[] w = arrays[0];
            float[] direction = arrays[1];
            for (int i = 0; i < count; i++) {
                w[i] -= lr * direction[i];
            }
        }
    }
}
