package org.jft.endtoend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.Pass;
import org.jft.core.model.Architectures;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.pipeline.TrainingStream;
import org.jft.data.shard.DataSet;
import org.jft.train.objective.Objective;
import org.jft.train.objective.Targets;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;

/**
 * A run of a constant learning rate as it would be without workers, who change, and without a loop:
 * each micro batch of the data's order once, one behind the other, in this process.
 */
final class ByHand {
    private ByHand() {}

    /**
     * Returns the parameters behind steps of so many micro batches each.
     *
     * @param run whose folder has the config
     */
    static float[] train(Path folder, String run, List<Integer> microBatches) {
        RunConfig config =
                Engines.resolve(
                        ConfigLoader.load(
                                folder.resolve(run).resolve("config.json"),
                                List.of("data.train=" + folder.resolve("set/train"))));
        int micro = config.train().microBatch();
        int all = microBatches.stream().mapToInt(Integer::intValue).sum();
        try (DataSet data = DataSet.openTrain(config.data());
                Blocks blocks = new Blocks(1);
                Engine engine =
                        Engines.named(config.engine().name())
                                .compile(network(config, data), micro, config.engine());
                BatchLoader batches =
                        BatchLoader.training(
                                stream(config, data)
                                        .dealtBy(new BatchPartition(micro, micro, Topology.SOLO)),
                                config.data(),
                                data.taxonomy(),
                                Quarantine.in(folder),
                                0,
                                all,
                                1)) {
            Optimizer optimizer =
                    new Optimizer(config.train(), engine.layout(), engine.parameters(), blocks);
            Objective objective = Objective.of(config.train().objective(), data.classCount());
            FloatBuffer logitGradients = floats(micro * data.classCount());
            FloatBuffer sum = floats(engine.layout().length());
            double nominal = (double) config.train().globalBatch() / micro;
            for (int step = 0; step < microBatches.size(); step++) {
                int count = microBatches.get(step);
                for (int i = 0; i < count; i++) {
                    try (Batch batch = batches.next()) {
                        backward(config, engine, objective, batch, logitGradients);
                    }
                    FloatBuffer gradients = engine.gradients();
                    for (int k = 0; k < sum.capacity(); k++) {
                        sum.put(k, (i == 0 ? 0 : sum.get(k)) + gradients.get(k));
                    }
                }
                double rate = config.train().schedule().learningRate() * count / nominal;
                optimizer.step(
                        engine.parameters(), sum, new Optimizer.Step(1.0 / count, 1, rate, step));
            }
            float[] parameters = new float[engine.layout().length()];
            FloatBuffer live = engine.parameters();
            live.get(0, parameters);
            return parameters;
        }
    }

    private static void backward(
            RunConfig config,
            Engine engine,
            Objective objective,
            Batch batch,
            FloatBuffer logitGradients) {
        EngineInput pixels =
                EngineInput.pixels(batch.pixels(), batch.size(), config.data().image());
        Pass pass = Pass.training(batch.firstPosition());
        FloatBuffer logits = engine.forward(List.of(pixels), pass).get(0);
        objective.loss(
                logits,
                new Targets(batch.labelOffsets(), batch.labelIds(), batch.confidences()),
                logitGradients);
        engine.backward(List.of(logitGradients), GradientListener.NONE);
    }

    private static NetworkSpec network(RunConfig config, DataSet data) {
        int size = config.data().image().size();
        return NetworkSpec.ofImages(
                Architectures.create(config.model(), data.classCount(), size, config.seed()), size);
    }

    private static TrainingStream stream(RunConfig config, DataSet data) {
        BatchPartition nominal =
                new BatchPartition(
                        config.train().globalBatch(), config.train().microBatch(), Topology.SOLO);
        return TrainingStream.of(
                data, config.data(), nominal, config.train().objective().link(), config.seed());
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Float.BYTES * count)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
