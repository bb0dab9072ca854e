package org.jft.train.loop;

import java.util.Optional;
import java.util.OptionalLong;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.ModelSummary;
import org.jft.core.topology.Topology;
import org.jft.data.order.Selection;
import org.jft.data.shard.DataSet;
import org.jft.train.objective.ClassSlice;
import org.jft.train.objective.SlicedObjective;
import org.jft.train.optimizer.Optimizer;
import org.jft.train.optimizer.Schedule;
import org.jft.train.sharding.HeadTraffic;

/**
 * What a run will be, told before it starts. Works without the data set where the config says
 * enough by itself.
 *
 * @param samples rows of the chosen subset; empty when the data set is not there
 * @param steps optimizer steps; empty when they depend on a data set that is not there
 * @param engine who runs it, resolved
 * @param exchange what a worker sends in a step; empty when there is one, or their engine cannot
 *     deal classes out
 * @param atBestSeconds time if the network ran at this machine's matrix-multiply speed, each worker
 *     on a GPU like this machine's or all on its CPU
 */
public record RunPlan(
        OptionalLong samples,
        OptionalLong steps,
        int classes,
        ModelSummary model,
        EngineConfig engine,
        Memory memory,
        Optional<HeadTraffic> exchange,
        Optional<Double> atBestSeconds) {

    /**
     * Bytes of one worker outside the Java heap.
     *
     * @param engine parameters, gradients, activations and their gradients, working memory
     * @param optimizer its state and what is exchanged; with {@code cluster.shard_classes} of rank
     *     0, which has room for the whole model
     * @param batches decoded images waiting
     */
    public record Memory(long engine, long optimizer, long batches) {
        /** Returns the sum. */
        public long total() {
            return engine + optimizer + batches;
        }
    }

    /** Plans; allocates nothing but a moment's measurement of the machine's speed. */
    public static RunPlan of(RunConfig given) {
        RunConfig config = Engines.resolve(given);
        EngineFactory factory = Engines.named(config.engine().name());
        OptionalLong samples = OptionalLong.empty();
        int classes = config.model().classes();
        if (DataSet.trainIsThere(config.data())) {
            try (DataSet data = DataSet.openTrain(config.data())) {
                classes = Worker.classes(config, data);
                Selection selection =
                        Selection.of(data, config.data().subset(), config.data().subsetSeed());
                samples = OptionalLong.of(selection.count());
            }
        } else if (classes == 0) {
            throw new ConfigException(
                    "%s is not there and model.classes is not given, so the head's size is unknown"
                            .formatted(config.data().train()));
        }
        OptionalLong steps =
                samples.isPresent() || config.train().steps() != null
                        ? OptionalLong.of(config.train().stepCount(samples.orElse(0)))
                        : OptionalLong.empty();
        steps.ifPresent(total -> Schedule.of(config.train().schedule(), total)); // may refuse

        NetworkSpec network = Worker.network(config, classes);
        ModelSummary model = ModelSummary.of(network.graph(), network.inputTypes());
        Topology lead = new Topology(0, config.cluster().workers());
        EngineConfig ofOne =
                config.engine().withThreads(WorkerThreads.share(config.engine().threads(), lead));
        Optional<Double> seconds = Optional.empty();
        if (steps.isPresent()) {
            double flops =
                    3.0 // forward, and twice that backward
                            * model.forwardFlops()
                            * config.train().globalBatch()
                            * steps.getAsLong();
            double speed = flopsPerSecond(factory, ofOne, lead.worldSize());
            seconds = speed > 0 ? Optional.of(flops / speed) : Optional.empty();
        }
        int workers = lead.worldSize();
        boolean shards = config.cluster().shardClasses() && workers > 1;
        if (shards) {
            ShardedModel.requireSupport(config, classes, factory, workers);
        }
        HeadTraffic traffic = traffic(config, network, model, classes);
        Memory memory =
                shards
                        ? sharded(config, network, classes, factory, ofOne, model, traffic)
                        : memory(
                                config,
                                factory.memoryBytes(network, config.train().microBatch(), ofOne),
                                model.totalParameters());
        boolean tells = workers > 1 && classes >= workers && !factory.ownsDevice();
        return new RunPlan(
                samples,
                steps,
                classes,
                model,
                config.engine(),
                memory,
                tells ? Optional.of(traffic) : Optional.empty(),
                seconds);
    }

    private static HeadTraffic traffic(
            RunConfig config, NetworkSpec network, ModelSummary model, int classes) {
        NetworkSpec trunk = network.withoutHead();
        long ofTrunk = ModelSummary.of(trunk.graph(), trunk.inputTypes()).totalParameters();
        long ofHead = model.totalParameters() - ofTrunk;
        return new HeadTraffic(
                config.cluster().workers(),
                ofTrunk,
                ofHead,
                Math.toIntExact(ofHead / classes) - 1, // a weight a feature, and the bias
                config.train().globalBatch(),
                config.train().microBatch(),
                SlicedObjective.of(config.train().objective(), new ClassSlice(0, classes))
                        .summarySize(),
                config.cluster().wire().bytes());
    }

    private static Memory sharded(
            RunConfig config,
            NetworkSpec network,
            int classes,
            EngineFactory factory,
            EngineConfig ofOne,
            ModelSummary model,
            HeadTraffic traffic) {
        int workers = traffic.workers();
        int micro = config.train().microBatch();
        int slice = (classes + workers - 1) / workers;
        long engines =
                factory.memoryBytes(network.withoutHead(), micro, ofOne)
                        + factory.memoryBytes(network.headOf(slice), workers * micro, ofOne);
        long ofWorker = traffic.trunk() + traffic.head() / classes * slice;
        Memory own = memory(config, engines, ofWorker);
        long whole = model.totalParameters() * (1 + Optimizer.stateVectors(config.train()));
        long exchanged = (long) workers * micro * (traffic.width() + slice);
        return new Memory(
                engines, own.optimizer() + Float.BYTES * (whole + exchanged), own.batches());
    }

    /** Returns the speed of all workers together: each has a GPU, or they share the CPU. */
    static double flopsPerSecond(EngineFactory factory, EngineConfig ofOne, int workers) {
        if (factory.ownsDevice()) {
            return workers * factory.matrixMultiplyFlops(ofOne);
        }
        int cores = Runtime.getRuntime().availableProcessors();
        int threads = Math.min(cores, ofOne.threads() * workers);
        return factory.matrixMultiplyFlops(ofOne.withThreads(threads));
    }

    private static Memory memory(RunConfig config, long engineBytes, long parameters) {
        int micro = config.train().microBatch();
        int size = config.data().image().size();
        long vectors = Optimizer.stateVectors(config.train());
        if (micro < config.train().globalBatch()) {
            vectors++; // where gradients are summed
        }
        if (config.cluster().changes()) {
            vectors++; // where they stay until the sum is applied
        }
        return new Memory(
                engineBytes,
                Float.BYTES * parameters * vectors,
                3L * size * size * micro * (config.data().loader().prefetch() + 1));
    }
}
