package org.jft.train.loop;

import java.nio.FloatBuffer;
import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.failure.ConfigException;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;

/** The whole network on each worker. */
final class ReplicatedModel implements TrainedModel {
    private final RunConfig config;
    private final int classes;
    private final Engine engine;
    private final Optimizer optimizer;
    private final Blocks blocks;

    /**
     * Trains with an engine.
     *
     * @param engine closed with this
     */
    ReplicatedModel(
            RunConfig config, int classes, Engine engine, Optimizer optimizer, Blocks blocks) {
        this.config = config;
        this.classes = classes;
        this.engine = engine;
        this.optimizer = optimizer;
        this.blocks = blocks;
    }

    static ReplicatedModel compile(
            RunConfig config,
            NetworkSpec network,
            int classes,
            EngineFactory factory,
            EngineConfig options,
            Blocks blocks) {
        Engine engine = factory.compile(network, config.train().microBatch(), options);
        Optimizer optimizer =
                new Optimizer(config.train(), engine.layout(), engine.parameters(), blocks);
        return new ReplicatedModel(config, classes, engine, optimizer, blocks);
    }

    /** The host's where members change: what a device has summed does not outlive a lost worker. */
    @Override
    public LocalStep step(
            Collective ranks, GradientExchange exchange, StepClock clock, boolean changes) {
        NormExchange.share(config, engine, ranks, exchange, clock);
        if (changes) {
            return onHost(exchange, true);
        }
        int microBatches = config.train().globalBatch() / config.train().microBatch();
        return engine.deviceStep(config.train(), optimizer.state())
                .<LocalStep>map(
                        device ->
                                new DeviceResidentStep(
                                        config, device, optimizer, microBatches, ranks))
                .orElseGet(() -> onHost(exchange, false));
    }

    private LocalStep onHost(GradientExchange exchange, boolean keeps) {
        if (config.engine().nccl()) {
            throw new ConfigException(
                    "engine.nccl=true sums gradients where the engine trains on its device, and %s"
                                    .formatted(engine.name())
                            + " does not train this network there; leave engine.nccl at false");
        }
        return new HostStep(config, engine, classes, optimizer, blocks, exchange, keeps);
    }

    @Override
    public FloatBuffer replicated() {
        return engine.parameters();
    }

    @Override
    public ParameterLayout layout() {
        return engine.layout();
    }

    @Override
    public FloatBuffer parameters() {
        return engine.parameters();
    }

    @Override
    public FloatBuffer optimizerState() {
        return optimizer.state();
    }

    @Override
    public void gather(Collective ranks) {
        // Rank 0 has it whole.
    }

    @Override
    public void spread(Collective ranks, int root) {
        ranks.broadcast(engine.parameters(), root);
        ranks.broadcast(optimizer.state(), root);
    }

    @Override
    public Optional<LossScale> lossScale() {
        return optimizer.lossScale();
    }

    @Override
    public void keep(LossScale scale) {
        optimizer.keep(scale);
    }

    @Override
    public void close() {
        engine.close();
    }
}
