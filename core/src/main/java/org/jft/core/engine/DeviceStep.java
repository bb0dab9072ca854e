package org.jft.core.engine;

import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * Training steps that stay on an engine's own device: forward, loss, backward, optimizer and moving
 * average. Offered by {@link Engine#deviceStep}; does what {@code train}'s trainer does on the host
 * with an engine, an objective and an optimizer.
 *
 * <p>A step is either one {@link #step} or some {@link #accumulate}, an {@link #exchange} or {@link
 * #sumOverGroup} if there are other workers, then {@link #update}. These return before the device
 * is done, but for {@link #exchange}; {@link #loss} and {@link #finite} wait. So the next batch can
 * be sent while a step runs. The host's parameters and optimizer state are behind until {@link
 * #settle}. Closed with its engine.
 */
public interface DeviceStep {
    /** Bytes of the id of a group. */
    int GROUP_ID_BYTES = 128;

    /**
     * The sparse labels of N samples: those of sample i are entries offsets[i] to offsets[i + 1].
     * Under sigmoids a class with a negative confidence takes no part in the sample's loss.
     *
     * @param offsets [N + 1]
     * @param ids class ids, distinct within a sample
     * @param confidences in [0, 1] or negative, one per id
     */
    record Labels(int[] offsets, int[] ids, float[] confidences) {}

    /**
     * What changes from step to step.
     *
     * @param step of the run, from 0
     * @param gradientScale 1 / micro batches summed, over all workers
     * @param largestNorm gradients are clipped to it after scaling; 0: never
     * @param averageRate of the moving average: a += rate (w - a)
     */
    record Numbers(
            long step,
            double gradientScale,
            double learningRate,
            double largestNorm,
            float averageRate) {}

    /** Sums a part of the gradients over the workers, in place. */
    @FunctionalInterface
    interface PartSum {
        /** Sums; all workers come by with the same parts in the same order. */
        void sum(FloatBuffer part);
    }

    /**
     * Sends a batch on its way, beside what the device is doing. The next {@link #step} or {@link
     * #accumulate} takes it; no second one can be sent before. The caller's memory is free again
     * when this returns.
     *
     * @param position of the batch in the run, as in {@link Pass}
     */
    void send(EngineInput input, Labels labels, long position);

    /** Takes a whole step over the batch that was sent. */
    void step(Numbers numbers);

    /**
     * Goes forward and backward over the batch that was sent, one of several, and adds its gradient
     * and loss.
     *
     * @param first whether sums start anew with it
     * @param last whether the sums are complete with it
     */
    void accumulate(boolean first, boolean last);

    /** Waits for the sum of the mean losses of this worker's batches of the step. */
    double loss();

    /**
     * Sums gradients over workers: each part as soon as backward has finished it, while the rest
     * still runs. Once between the last {@link #accumulate} and {@link #update}.
     */
    void exchange(PartSum sum);

    /** Draws the id of a new group, {@link #GROUP_ID_BYTES} long, for one to hand to the others. */
    byte[] groupId();

    /**
     * Joins the devices of other workers on this host; returns when all have called.
     *
     * @param id the same for all
     * @param rank from 0, each once
     */
    void join(byte[] id, int rank, int size);

    /**
     * Sums gradients over the group that was joined, from device to device: in place of {@link
     * #exchange}, and like it part by part while backward runs. The update waits for the others
     * without end: first see that they are there.
     */
    void sumOverGroup();

    /** Updates by the sums. */
    void update(Numbers numbers);

    /**
     * Waits for the update and returns whether it went well: if the gradients were not finite,
     * nothing was changed. In fp16 such a step is left out, the loss scale lowered, and all is well
     * until no scale is left to lower. Numbers that were written and are not finite are never well.
     */
    boolean finite();

    /** Brings {@link Engine#parameters()} and the optimizer's state on the host up to date. */
    void settle();

    /** Waits for the loss scale behind the last update; empty but in fp16. */
    Optional<LossScale> lossScale();

    /** Goes on with the loss scale of a run that was stopped; of no effect but in fp16. */
    void resume(LossScale scale);
}
