package org.jft.train.loop;

import java.nio.FloatBuffer;
import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.topology.Topology;
import org.jft.train.optimizer.Blocks;

/**
 * The network of a run with its optimizer's state: as this worker trains it, and as a checkpoint
 * keeps it. On each worker the whole ({@link ReplicatedModel}), or the trunk and a slice of the
 * classes ({@link ShardedModel}); the model is the same. Owns its engines.
 */
interface TrainedModel extends AutoCloseable {
    /**
     * Compiles a network.
     *
     * @param classes size of its head
     * @param options resolved, of this worker
     */
    static TrainedModel compile(
            RunConfig config,
            NetworkSpec network,
            int classes,
            EngineFactory factory,
            EngineConfig options,
            Topology at,
            Blocks blocks) {
        return config.cluster().shardClasses() && at.worldSize() > 1
                ? ShardedModel.compile(config, network, classes, factory, options, at, blocks)
                : ReplicatedModel.compile(config, network, classes, factory, options, blocks);
    }

    /**
     * Returns how a step is taken.
     *
     * @param ranks those who train; of the topology compiled for, if the model lies on several
     * @param exchange sums gradients over them; stays the caller's
     * @param clock of the steps
     * @param changes whether others may take their place before the step is done
     */
    LocalStep step(Collective ranks, GradientExchange exchange, StepClock clock, boolean changes);

    /** Returns the parameters that all ranks hold alike. */
    FloatBuffer replicated();

    /** Returns where layers lie in {@link #parameters}. */
    ParameterLayout layout();

    /**
     * Returns all parameters: on rank 0, as of the last {@link #gather}; what is written there
     * becomes the model by {@link #spread}. Other ranks may have none.
     */
    FloatBuffer parameters();

    /** Returns the optimizer's state of all parameters; of whom and when as there. */
    FloatBuffer optimizerState();

    /** Puts the whole model together at rank 0. All ranks call. */
    void gather(Collective ranks);

    /**
     * Gives all ranks what they hold of the whole model of one. All ranks call.
     *
     * @param root who has it; rank 0 if the model lies on several
     */
    void spread(Collective ranks, int root);

    /** Returns the loss scale of a run in float16. */
    Optional<LossScale> lossScale();

    /** Goes on with a loss scale. */
    void keep(LossScale scale);

    @Override
    void close();
}
