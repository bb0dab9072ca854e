package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Team;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.Pass;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.topology.Topology;
import org.jft.data.shard.SampleStore;
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
                      optimizer: {kind: sgd, momentum: 0}
                      schedule: {kind: constant, learning_rate: 0.05}
                    engine: {name: onednn, precision: fp32, threads: 1}
                    """,
                    "test");

    @TempDir private Path folder;
    private final Set<Long> draws = new ConcurrentSkipListSet<>(); // of all passes
    private final long seed = System.nanoTime();
    private SampleStore store = NoiseStore.of(24, SIDE, CLASSES, new Random(seed));

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

    /** The next images are asked for before a step is over. */
    @Test
    void shouldEndTheStepBeforeImagesThatCannotBeRead() {
        int imagesOfAStep = CONFIG.train().globalBatch();
        List<float[]> after = new ArrayList<>();
        store = failingBehind(store, 2 * imagesOfAStep);
        assertThatThrownBy(
                        () ->
                                train(
                                        0,
                                        parameters -> {},
                                        Collective.solo(),
                                        parameters -> after.add(copy(parameters))))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("cut off");
        assertThat(after).as("steps that ended").hasSize(2);
    }

    private static SampleStore failingBehind(SampleStore store, int images) {
        AtomicInteger read = new AtomicInteger();
        return (SampleStore)
                Proxy.newProxyInstance(
                        SampleStore.class.getClassLoader(),
                        new Class<?>[] {SampleStore.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("readImage")
                                    && read.incrementAndGet() > images) {
                                throw new CorruptDataException(Path.of("shard"), "is cut off");
                            }
                            return method.invoke(store, arguments);
                        });
    }

    @Test
    void shouldDropOutTheSameWhenItGoesOnFromTheMiddle() {
        List<float[]> after = new ArrayList<>();
        float[] straight = train(0, p -> {}, Collective.solo(), p -> after.add(copy(p)));
        float[] resumed = train(2, p -> p.put(after.get(1)), Collective.solo());
        assertThat(resumed).as("seed=%s", seed).isEqualTo(straight);
        assertThat(draws).as("one a micro batch").hasSize((int) STEPS * 4);
    }

    /** But for the order of additions, which another mask would exceed a thousandfold. */
    @Test
    void shouldDropOutTheSameOnAnotherNumberOfWorkers() {
        float[] alone = train(0, p -> {}, Collective.solo());
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<CompletableFuture<float[]>> both =
                IntStream.range(0, 2)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () -> trainAs(rank, network), threads))
                        .toList();
        for (CompletableFuture<float[]> one : both) {
            assertThat(one.join()).as("seed=%s", seed).containsExactly(alone, within(1e-5f));
        }
        threads.shutdown();
    }

    private float[] trainAs(int rank, InMemoryNetwork network) {
        try (Collective collective =
                Collective.ring(
                        network.transport(rank),
                        new Topology(rank, 2),
                        JobToken.of("trainer"),
                        Duration.ofSeconds(30))) {
            return train(0, p -> {}, collective);
        }
    }

    private float[] train(long firstStep, Consumer<FloatBuffer> start, Collective collective) {
        return train(firstStep, start, collective, parameters -> {});
    }

    /**
     * Trains from a step to the end.
     *
     * @param start changes the parameters before
     * @param afterStep sees them after each step
     * @return the parameters
     */
    private float[] train(
            long firstStep,
            Consumer<FloatBuffer> start,
            Collective collective,
            Consumer<FloatBuffer> afterStep) {
        NetworkSpec network = network();
        try (Engine engine =
                        Engines.named("onednn")
                                .compile(network, CONFIG.train().microBatch(), CONFIG.engine());
                Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange()) {
            start.accept(engine.parameters());
            Optimizer optimizer =
                    new Optimizer(CONFIG.train(), engine.layout(), engine.parameters(), blocks);
            TrainedModel model =
                    new ReplicatedModel(CONFIG, CLASSES, noting(engine), optimizer, blocks);
            RunState state =
                    new RunState(
                            model,
                            () ->
                                    Optional.of(
                                            new Resume(
                                                    firstStep,
                                                    firstStep * CONFIG.train().globalBatch(),
                                                    0,
                                                    Double.NaN)),
                            System.nanoTime());
            new Trainer(CONFIG, model, state, STEPS, Team.fixed(collective), exchange)
                    .run(
                            new StoreBatches(store, CONFIG, CLASSES, folder),
                            (done, loss, rate, clock, guard) ->
                                    afterStep.accept(engine.parameters()));
            return copy(engine.parameters());
        }
    }

    /** Returns an engine that notes the draws of its forward passes. */
    private Engine noting(Engine engine) {
        return (Engine)
                Proxy.newProxyInstance(
                        Engine.class.getClassLoader(),
                        new Class<?>[] {Engine.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("forward")) {
                                draws.add(((Pass) arguments[1]).draw());
                            }
                            return method.invoke(engine, arguments);
                        });
    }

    private static float[] copy(FloatBuffer values) {
        float[] copy = new float[values.remaining()];
        values.get(0, copy);
        return copy;
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

    /** A convolution, dropout and a head: few parameters, and a mask that must not change. */
    static NetworkSpec network() {
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
                        .addLayer("dropout", new DropoutLayer(0.5), "conv")
                        .addLayer("pool", new GlobalPoolingLayer(), "dropout")
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
