package org.jft.core.engine;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.jft.core.config.TrainConfig;
import org.jft.core.failure.ConfigException;

/**
 * One network, compiled for a batch size, able to run forward and backward. All vectors are flat,
 * float32, native order, off-heap, in the order of {@link #layout()} (DL4J's own).
 *
 * <p>Owns its memory until closed; every buffer it hands out dies with it, and reading one then may
 * end the JVM. Once closed, all but {@link #name}, {@link #layout} and {@link #close} throw {@link
 * IllegalStateException}. Not thread-safe: one owner thread.
 */
public interface Engine extends AutoCloseable {
    /** Returns the backend's name as it stands in a config. */
    String name();

    /**
     * Returns what lies where in {@link #parameters()} and {@link #gradients()}, what is frozen.
     */
    ParameterLayout layout();

    /** Returns the live parameters, batch-norm running statistics among them. */
    FloatBuffer parameters();

    /**
     * Returns the gradients of the last {@link #backward}, valid until the next pass; zero in
     * frozen layers. In the slices of running statistics stands the step to subtract from them,
     * {@code (1 - decay) * (running - batch)}: averaged over workers like a gradient, then
     * subtracted as it is.
     */
    FloatBuffer gradients();

    /**
     * Runs the network.
     *
     * @param inputs one per graph input, in the graph's order; a last batch may be smaller than the
     *     batch size compiled for
     * @param pass what for
     * @return one buffer per graph output, row-major [N, ...], valid until the next call
     */
    List<FloatBuffer> forward(List<EngineInput> inputs, Pass pass);

    /**
     * Propagates the gradients of a loss back through the last forward pass, a training one.
     *
     * @param outputGradients d loss / d output, one per graph output, shaped like it
     * @param onReady called for each range of {@link #gradients()} as it becomes final, in backward
     *     order; ranges do not overlap and cover the vector
     */
    void backward(List<FloatBuffer> outputGradients, GradientListener onReady);

    /**
     * Returns d loss / d input of the last {@link #backward}, row-major [N, ...] (images: NCHW),
     * valid until the next call.
     *
     * @param input index in the graph's order
     * @throws IllegalStateException unless the network was compiled {@link
     *     NetworkSpec#withInputGradients()}
     */
    FloatBuffer inputGradient(int input);

    /**
     * Lets the batch norms of training passes be over the rows of all ranks, from now on: their
     * statistics, and backward what those make of the gradients. {@link #gradients} of scales and
     * shifts stay this rank's part, for the caller to sum as those of all other parameters; the
     * step of running statistics is the same on all ranks. Each training pass of a rank is one of
     * all ranks. To be called before the first.
     *
     * @throws ConfigException if the engine knows its own rows only
     */
    default void shareStatistics(StatisticsExchange ranks) {
        throw new ConfigException(
                "model.sync_batch_norm=true needs engine.name=onednn: batch norms of %s are over the rows of one worker; leave it at false"
                        .formatted(name()));
    }

    /**
     * Reports each kernel of the following passes and device steps, which then run piece by piece;
     * an engine that knows none of its parts reports nothing.
     *
     * @param listener null to stop
     */
    default void profile(KernelListener listener) {}

    /**
     * Offers to keep whole training steps on the engine's device.
     *
     * @param config the objective, the update rule and the moving average
     * @param optimizerState [vectors x parameters], as {@code train}'s optimizer lays it out; read
     *     now, written by {@link DeviceStep#settle}
     * @return empty if the engine has no device, or does not know the objective, the rule or a
     *     network with this head
     */
    default Optional<DeviceStep> deviceStep(TrainConfig config, FloatBuffer optimizerState) {
        return Optional.empty();
    }

    /** Frees the memory; idempotent. */
    @Override
    void close();
}
