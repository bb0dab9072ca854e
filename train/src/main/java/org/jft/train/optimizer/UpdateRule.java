package org.jft.train.optimizer;

/**
 * The arithmetic of one update on arrays: [0] parameters w, [1] gradients g, from [2] on the state
 * vectors; lr is the rate.
 */
sealed interface UpdateRule permits UpdateRule.Sgd, UpdateRule.RmsProp, LayerwiseRule {
    /** Returns what each state vector starts as. */
    float[] initialState();

    /**
     * Makes of the summed gradient what {@link #apply} steps along; changes state, too. Here:
     * factor g + decay w.
     *
     * @param factor makes a mean of the sum
     * @param decay of these parameters
     * @param step of the run, from 0
     */
    default void direction(float[][] arrays, int count, float factor, float decay, long step) {
        float[] w = arrays[0];
        float[] g = arrays[1];
        for (int i = 0; i < count; i++) {
            g[i] = g[i] * factor + decay * w[i];
        }
    }

    /**
     * Updates the first {@code count} parameters and state values in place, along the direction.
     */
    void apply(float[][] arrays, int count, float lr);

    /** Heavy-ball momentum as PyTorch writes it: v = m v + g; w -= lr v. */
    record Sgd(float momentum) implements UpdateRule {
        @Override
        public float[] initialState() {
            return new float[] {0};
        }

        @Override
        public void apply(float[][] arrays, int count, float lr) {
            float[] w = arrays[0];
            float[] g = arrays[1];
            float[] velocity = arrays[2];
            for (int i = 0; i < count; i++) {
                velocity[i] = momentum * velocity[i] + g[i];
                w[i] -= lr * velocity[i];
            }
        }
    }

    /**
     * RMSprop with momentum as TensorFlow writes it, epsilon inside the root and the mean square
     * starting at 1: s = d s + (1 - d) g^2; v = m v + lr g / sqrt(s + eps); w -= v.
     */
    record RmsProp(float decay, float momentum, float epsilon) implements UpdateRule {
        @Override
        public float[] initialState() {
            return new float[] {1, 0};
        }

        @Override
        public void apply(float[][] arrays, int count, float lr) {
            float[] w = arrays[0];
            float[] g = arrays[1];
            float[] meanSquare = arrays[2];
            float[] velocity = arrays[3];
            float rest = 1 - decay;
            for (int i = 0; i < count; i++) {
                meanSquare[i] = decay * meanSquare[i] + rest * g[i] * g[i];
                float root = (float) Math.sqrt(meanSquare[i] + epsilon);
                velocity[i] = momentum * velocity[i] + lr * g[i] / root;
                w[i] -= velocity[i];
            }
        }
    }
}
