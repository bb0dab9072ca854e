package org.jft.train.optimizer;

/**
 * The exponential moving average of parameters that is evaluated in their place: a += (1 - d) (w -
 * a), after each update. It starts as the initial parameters and moves faster at first, d =
 * min(decay, (1 + step) / (10 + step)) with the 0-based step, as TensorFlow's {@code
 * tf.train.ExponentialMovingAverage(decay, num_updates)} does; otherwise the random start would
 * weigh in for some 1 / (1 - decay) steps. Over constant parameters it stays, bit by bit.
 *
 * @param decay in (0, 1), such as 0.9999
 */
record MovingAverage(double decay) {
    /** Returns 1 - d for the 0-based step. */
    float rate(long step) {
        return (float) (1 - Math.min(decay, (1.0 + step) / (10.0 + step)));
    }

    static void apply(float[] average, float[] parameter, int count, float rate) {
        for (int i = 0; i < count; i++) {
            average[i] += rate * (parameter[i] - average[i]);
        }
    }
}
