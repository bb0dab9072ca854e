package org.jft.core.checkpoint;

import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.LossScale;

/**
 * All that a run needs to go on, and all that a user of the model needs.
 *
 * @param graph the architecture, stock DL4J
 * @param parameters flat, in DL4J's order, position 0 to limit
 * @param optimizerState the optimizer's vectors one after the other
 */
public record Checkpoint(
        ComputationGraphConfiguration graph,
        FloatBuffer parameters,
        FloatBuffer optimizerState,
        State state) {

    /**
     * Returns what would be deployed: the moving average of the parameters if the run keeps one,
     * which is the last of the optimizer's vectors, else the parameters. Of this checkpoint's
     * memory, position 0 to limit.
     */
    public FloatBuffer deployed(TrainConfig config) {
        int length = parameters.remaining();
        return config.emaDecay() > 0
                ? optimizerState.slice(optimizerState.limit() - length, length)
                : parameters.duplicate();
    }

    /**
     * Where the run stands. The data position is {@code samples}: with the seed it fixes every
     * sample to come.
     *
     * @param step optimizer steps done
     * @param samples samples consumed by all ranks
     * @param wallSeconds training time so far, over all restarts
     * @param loss mean loss of the last step
     * @param config the resolved config as JSON
     * @param dataFingerprint of the training data set
     * @param lossScale of a run in float16, else null
     */
    public record State(
            long step,
            long samples,
            double wallSeconds,
            double loss,
            String config,
            String dataFingerprint,
            LossScale lossScale) {}
}
