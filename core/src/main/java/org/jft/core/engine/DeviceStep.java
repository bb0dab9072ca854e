package org.jft.core.engine;

import java.nio.FloatBuffer;

/**
 * Training steps that stay on an engine's own device: forward, loss, backward, optimizer and moving
 * average. Offered by {@link Engine#deviceStep}; does what {@code train}'s trainer does on the host
 * with an engine, an objective and an optimizer.
 *
 * <p>A step is either one {@link #step} or some {@link #accumulate}, then {@link #update}. The
 * host's parameters and optimizer state are behind until {@link #settle}. Closed with its engine.
 */
public interface DeviceStep {
    /**
     * The sparse labels of N samples: those of sample i are entries offsets[i] to offsets[i + 1].
     *
     * @param offsets [N + 1]
     * @param ids class ids, distinct within a sample
     * @param confidences in [0, 1], one per id
     */
    record Labels(int[] offsets, int[] ids, float[] confidences) {}

    /**
     * What changes from step to step.
     *
     * @param gradientScale 1 / micro batches summed, over all workers
     * @param largestNorm gradients are clipped to it after scaling; 0: never
     * @param averageRate of the moving average: a += rate (w - a)
     */
    record Numbers(
            double gradientScale, double learningRate, double largestNorm, float averageRate) {}

    /**
     * Takes a whole step over one batch.
     *
     * @param position of the batch in the run, as in {@link Pass}
     * @return the mean loss; NaN if a gradient was not finite, and nothing was changed then
     */
    double step(EngineInput input, Labels labels, long position, Numbers numbers);

    /**
     * Goes forward and backward over one of several micro batches and adds its gradient and loss.
     *
     * @param position of the micro batch in the run, as in {@link Pass}
     * @param first whether sums start anew with it
     * @param last whether the sums are complete with it
     */
    void accumulate(EngineInput input, Labels labels, long position, boolean first, boolean last);

    /** Waits for the sum of this worker's mean losses. */
    double loss();

    /**
     * Waits for the sum of this worker's gradients, for an exchange with others.
     *
     * @return the gradients and one free place behind them; {@link #update} takes them as the
     *     caller leaves them
     */
    FloatBuffer sums();

    /**
     * Updates by the sums.
     *
     * @return whether they were finite; if not, nothing was changed. Always true in fp16, where
     *     such a step is left out and the loss scale lowered
     */
    boolean update(Numbers numbers);

    /** Brings {@link Engine#parameters()} and the optimizer's state on the host up to date. */
    void settle();
}
