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
import org.jft.train.optimizer.Optimizer;

/**
 * What a run will be, told before it starts. Works without the data set where the config says
 * enough by itself.
 *
 * @param samples rows of the chosen subset; empty when the data set is not there
 * @param steps optimizer steps; empty when they depend on a data set that is not there
 * @param engine who runs it, resolved
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
        Optional<Double> atBestSeconds) {

    /**
     * Bytes of one worker outside the Java heap.
     *
     * @param engine parameters, gradients, activations and their gradients, working memory
     * @param optimizer its state and the vector that is exchanged
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
        long engineBytes = factory.memoryBytes(network, config.train().microBatch(), ofOne);
        Memory memory = memory(config, engineBytes, model);
        return new RunPlan(samples, steps, classes, model, config.engine(), memory, seconds);
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

    private static Memory memory(RunConfig config, long engineBytes, ModelSummary model) {
        long parameters = model.totalParameters();
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
