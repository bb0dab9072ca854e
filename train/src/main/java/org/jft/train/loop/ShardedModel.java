package org.jft.train.loop;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.WeightDraw;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.jft.core.topology.Topology;
import org.jft.train.objective.ClassSlice;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;
import org.jft.train.sharding.ModelTransfer;

/**
 * The trunk on each worker, and of the head each worker's slice of the classes: its weights, their
 * gradients and the optimizer's state of them are nowhere else. Rank 0 has room for the whole
 * besides, where a checkpoint is put together.
 */
final class ShardedModel implements TrainedModel {
    /** An engine and the optimizer's state of its parameters. */
    record Trained(Engine engine, Optimizer optimizer) {}

    private final RunConfig config;
    private final Topology at;
    private final Blocks blocks;
    private final ClassSlice slice;
    private final Trained trunk;
    private final Trained head;
    private final ParameterLayout layout; // of the whole
    private final ModelTransfer transfer;
    private final FloatBuffer parameters; // whole; empty but at rank 0
    private final FloatBuffer state;

    private ShardedModel(
            RunConfig config,
            NetworkSpec network,
            int classes,
            Trained trunk,
            Trained head,
            Topology at,
            Blocks blocks) {
        this.config = config;
        this.at = at;
        this.blocks = blocks;
        this.trunk = trunk;
        this.head = head;
        slice = ClassSlice.of(classes, at);
        layout = GraphLayouts.of(network.graph());
        transfer =
                new ModelTransfer(at, layout, trunk.engine.layout(), Architectures.HEAD, classes);
        if (at.leads()) {
            parameters =
                    ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, layout.length()))
                            .order(ByteOrder.nativeOrder())
                            .asFloatBuffer();
            WeightDraw.initial(parameters, layout, network.graph());
            state = new Optimizer(config.train(), layout, parameters, blocks).state();
        } else {
            parameters = FloatBuffer.allocate(0);
            state = FloatBuffer.allocate(0);
        }
    }

    static ShardedModel compile(
            RunConfig config,
            NetworkSpec network,
            int classes,
            EngineFactory factory,
            EngineConfig options,
            Topology at,
            Blocks blocks) {
        requireSupport(config, classes, factory, at.worldSize());
        int micro = config.train().microBatch();
        int ranks = at.worldSize();
        int own = ClassSlice.of(classes, at).count();
        Engine trunk = factory.compile(network.withoutHead(), micro, options);
        Engine head = null;
        try {
            head = factory.compile(network.headOf(own), ranks * micro, options);
            return new ShardedModel(
                    config,
                    network,
                    classes,
                    trained(config, trunk, blocks),
                    trained(config, head, blocks),
                    at,
                    blocks);
        } catch (RuntimeException | Error e) {
            if (head != null) {
                head.close();
            }
            trunk.close();
            throw e;
        }
    }

    private static Trained trained(RunConfig config, Engine engine, Blocks blocks) {
        return new Trained(
                engine,
                new Optimizer(config.train(), engine.layout(), engine.parameters(), blocks));
    }

    /**
     * Checks that the classes can be dealt out.
     *
     * @throws ConfigException saying why not, and what to do
     */
    static void requireSupport(RunConfig config, int classes, EngineFactory factory, int workers) {
        if (factory.ownsDevice()) {
            throw new ConfigException(
                    "cluster.shard_classes=true deals classes out to workers that train on the"
                            + " host, and engine.name=%s trains on a device of its own; leave"
                                    .formatted(factory.name())
                            + " cluster.shard_classes at false");
        }
        if (classes < workers) {
            throw new ConfigException(
                    "cluster.shard_classes=true: %s classes cannot be dealt out to %s workers"
                            .formatted(classes, workers));
        }
    }

    @Override
    public LocalStep step(
            Collective ranks, GradientExchange exchange, StepClock clock, boolean changes) {
        checkArgument(!changes, "each rank has classes that no other has");
        checkArgument(ranks.topology().equals(at), "compiled for %s, not %s", at, ranks.topology());
        NormExchange.share(config, trunk.engine, ranks, exchange, clock);
        return new ShardedStep(config, trunk, head, slice, ranks, blocks, exchange);
    }

    @Override
    public FloatBuffer replicated() {
        return trunk.engine.parameters();
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public FloatBuffer parameters() {
        return parameters.duplicate();
    }

    @Override
    public FloatBuffer optimizerState() {
        return state.duplicate();
    }

    @Override
    public void gather(Collective ranks) {
        transfer.gather(ranks, parameters, 1, trunk.engine.parameters(), head.engine.parameters());
        transfer.gather(ranks, state, vectors(), trunk.optimizer.state(), head.optimizer.state());
    }

    @Override
    public void spread(Collective ranks, int root) {
        checkArgument(root == 0, "rank 0 alone has the whole, not %s", root);
        transfer.spread(ranks, parameters, 1, trunk.engine.parameters(), head.engine.parameters());
        transfer.spread(ranks, state, vectors(), trunk.optimizer.state(), head.optimizer.state());
    }

    private int vectors() {
        return Optimizer.stateVectors(config.train());
    }

    @Override
    public Optional<LossScale> lossScale() {
        return Optional.empty(); // of devices only
    }

    @Override
    public void keep(LossScale scale) {
        throw new IllegalStateException("no host trains in float16");
    }

    @Override
    public void close() {
        head.engine.close();
        trunk.engine.close();
    }
}
