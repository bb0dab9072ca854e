package org.jft.train.optimizer;

/** The arithmetic of one update on arrays; g is the gradient, w the parameter, lr the rate. */
sealed interface UpdateRule {
    /** Returns what state vector {@code v} starts as. */
    float initialState(int v);

    /** Updates the first {@code count} parameters and state values in place. */
    void apply(float[] w, float[] g, float[][] state, int count, float lr);

    /** Heavy-ball momentum as PyTorch writes it: v = m v + g; w -= lr v. */
    record Sgd(float momentum) implements UpdateRule {
        @Override
        public float initialState(int v) {
            return 0;
        }

        @Override
        public void apply(float[] w, float[] g, float[][] state, int count, float lr) {
            float[] velocity = state[0];
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
        public float initialState(int v) {
            return v == 0 ? 1 : 0;
        }

        @Override
        public void apply(float[] w, float[] g, float[][] state, int count, float lr) {
            float[] meanSquare = state[0];
            float[] velocity = state[1];
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
