package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.data.order.StepPlan;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.pipeline.TrainingStream;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;

/** The loop over a small network and a data set in memory. */
class TrainerTest {
    private static final int SIDE = 8;
    private static final int CLASSES = 3;
    private static final long STEPS = 4;
    private static final RunConfig CONFIG =
            ConfigLoader.parse(
                    """
                    data: {train: nowhere, image: {size: 8}, loader: {window_blocks: 2}}
                    model: {architecture: resnet8s}
                    train:
                      global_batch: 8
                      micro_batch: 2
                      steps: 4
                      objective: softmax
                      optimizer: {kind: sgd}
                      schedule: {kind: constant, learning_rate: 0.05}
                    """,
                    "test");

    @TempDir private Path folder;
    private final long seed = System.nanoTime();

    /** What a rectifier makes of a NaN is 0: the loss stays finite, run after run. */
    @Test
    void shouldStopAtTheStepWhoseUpdateIsNotFiniteThoughTheLossIs() {
        assertThatThrownBy(
                        () ->
                                train(
                                        0,
                                        parameters -> parameters.put(firstBias(), Float.NaN),
                                        Collective.solo()))
                .as("seed=%s", seed)
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageStartingWith("an update is not finite at step 1 on rank all");
    }

    @Test
    void shouldTrainWhileAllIsFinite() {
        float[] trained = train(0, parameters -> {}, Collective.solo());
        for (float parameter : trained) {
            assertThat(parameter).as("seed=%s", seed).isFinite();
        }
    }

    /** Trains from a step to the end and returns the parameters. */
    private float[] train(long firstStep, Consumer<FloatBuffer> start, Collective collective) {
        NetworkSpec network = network();
        StepPlan plan =
                new StepPlan(
                        CONFIG.train().globalBatch(),
                        CONFIG.train().microBatch(),
                        collective.topology());
        NoiseStore store = NoiseStore.of(24, SIDE, CLASSES, new Random(seed));
        TrainingStream stream = TrainingStream.of(store, CONFIG.data(), plan, CONFIG.seed());
        try (Engine engine =
                        Engines.named("onednn")
                                .compile(network, plan.microBatch(), CONFIG.engine());
                Blocks blocks = new Blocks(1);
                BatchLoader batches =
                        BatchLoader.training(
                                stream,
                                CONFIG.data(),
                                UnaryOperator.identity(),
                                Quarantine.in(folder),
                                firstStep,
                                STEPS,
                                1)) {
            start.accept(engine.parameters());
            Optimizer optimizer =
                    new Optimizer(CONFIG.train(), engine.layout(), engine.parameters(), blocks);
            new Trainer(CONFIG, engine, CLASSES, optimizer, STEPS, collective, blocks)
                    .run(batches, firstStep, STEPS, (done, loss, rate, clock, guard) -> {});
            float[] parameters = new float[engine.layout().length()];
            engine.parameters().get(parameters);
            return parameters;
        }
    }

    private static int firstBias() {
        try (Engine engine = Engines.named("onednn").compile(network(), 1, CONFIG.engine())) {
            return engine.layout().slices().stream()
                    .filter(slice -> slice.kind() == Kind.BIAS)
                    .findFirst()
                    .orElseThrow()
                    .offset();
        }
    }

    private static NetworkSpec network() {
        var graph =
                new NeuralNetConfiguration.Builder()
                        .seed(7)
                        .updater(new NoOp())
                        .weightInit(WeightInit.RELU)
                        .convolutionMode(ConvolutionMode.Same)
                        .graphBuilder()
                        .addInputs("image")
                        .setInputTypes(InputType.convolutional(SIDE, SIDE, 3))
                        .validateOutputLayerConfig(false)
                        .addLayer(
                                "conv",
                                new ConvolutionLayer.Builder(3, 3)
                                        .nOut(16)
                                        .activation(Activation.RELU)
                                        .build(),
                                "image")
                        .addLayer("pool", new GlobalPoolingLayer(), "conv")
                        .addLayer(
                                "head",
                                new DenseLayer.Builder()
                                        .nOut(CLASSES)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                "pool")
                        .setOutputs("head")
                        .build();
        return NetworkSpec.of(graph, List.of(InputType.convolutional(SIDE, SIDE, 3)));
    }
}
