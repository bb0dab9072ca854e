package org.jft.core.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.engine.RanksInMemory;
import org.jft.core.engine.StatisticsExchange;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Batch norms over the rows of several ranks; each op in each company is held to libtorch on the
 * whole batch in src.
 */
class SharedNormTest {
    private static final int SIDE = 6;
    private static final int CHANNELS = 16;
    private static final int IMAGE = CHANNELS * SIDE * SIDE;
    private static final int[] ROWS = {1, 2, 4}; // by rank

    private final long seed = System.nanoTime();

    /** A mean is rounded by 6e-5 there; sums of squares in float32 would have no digit left. */
    @Test
    void shouldKnowTheVarianceOfValuesFarFromZero() {
        float[][] images = images(1000);
        List<float[]> steps =
                onRanks(
                        exchange -> {
                            try (Engine engine = compile(norm(), exchange)) {
                                engine.parameters().put(new float[4 * CHANNELS]);
                                int rank = exchange.topology().rank();
                                engine.forward(input(images[rank]), Pass.training(0));
                                backward(engine, new float[images[rank].length]);
                                return copy(engine.gradients());
                            }
                        });
        Slice variance = slice(norm(), Kind.RUNNING_VARIANCE);
        Slice mean = slice(norm(), Kind.RUNNING_MEAN);
        for (int c = 0; c < CHANNELS; c++) {
            double[] values = values(images, c);
            double center = Arrays.stream(values).average().orElseThrow();
            double spread =
                    Arrays.stream(values).map(x -> (x - center) * (x - center)).average().orElse(0);
            // The step from statistics of zero, half of the way.
            for (float[] step : steps) {
                assertThat(-2 * step[mean.offset() + c])
                        .as("mean, seed=%s", seed)
                        .isCloseTo((float) center, within(1e-3f));
                assertThat(-2 * step[variance.offset() + c])
                        .as("variance, seed=%s", seed)
                        .isCloseTo((float) spread, within(5e-4f));
            }
        }
    }

    /** Along the gradient itself the loss rises by its length. */
    @Test
    void shouldGiveTheGradientThatTheLossOfAllRanksHas() {
        float[][] images = images(0);
        float[][] weights = images(0); // of the outputs in the loss
        float[] start;
        try (Engine engine = compile(convolutions(), null)) {
            start = copy(engine.parameters());
        }
        double[] gradient = new double[start.length];
        for (float[] part :
                onRanks(
                        exchange -> {
                            try (Engine engine = compile(convolutions(), exchange)) {
                                int rank = exchange.topology().rank();
                                engine.forward(input(images[rank]), Pass.training(0));
                                backward(engine, weights[rank]);
                                return copy(engine.gradients());
                            }
                        })) {
            for (Slice slice : layout(convolutions())) {
                for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                    gradient[i] += slice.kind().trainable() ? part[i] : 0;
                }
            }
        }
        double length = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
        double way = 1e-4 * Math.sqrt(start.length) / length;
        double rise =
                loss(moved(start, gradient, way), images, weights)
                        - loss(moved(start, gradient, -way), images, weights);
        assertThat(rise / (2 * way * length * length))
                .as("seed=%s", seed)
                .isCloseTo(1, within(2e-3));
    }

    private double loss(float[] parameters, float[][] images, float[][] weights) {
        return onRanks(
                        exchange -> {
                            try (Engine engine = compile(convolutions(), exchange)) {
                                engine.parameters().put(parameters);
                                int rank = exchange.topology().rank();
                                FloatBuffer outputs =
                                        engine.forward(input(images[rank]), Pass.training(0))
                                                .get(0);
                                double loss = 0;
                                for (int i = 0; i < weights[rank].length; i++) {
                                    loss += (double) weights[rank][i] * outputs.get(i);
                                }
                                return loss;
                            }
                        })
                .stream()
                .mapToDouble(loss -> loss)
                .sum();
    }

    private static float[] moved(float[] start, double[] gradient, double way) {
        float[] moved = start.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (way * gradient[i]);
        }
        return moved;
    }

    @Test
    void shouldEndThePassInWhichARankIsLostAndBeginAnother() {
        JftException lost = new JftException(Category.RETRY, "rank 1 is gone");
        int[] exchanges = {0};
        StatisticsExchange exchange =
                new StatisticsExchange() {
                    @Override
                    public Topology topology() {
                        return Topology.SOLO;
                    }

                    @Override
                    public void allGather(FloatBuffer all) {
                        if (exchanges[0]++ == 1) { // of two norms
                            throw lost;
                        }
                    }
                };
        List<EngineInput> input = input(images(0)[2]);
        try (Engine engine = compile(convolutions(), exchange);
                Engine alone = compile(convolutions(), null)) {
            assertThatThrownBy(() -> engine.forward(input, Pass.training(0))).isSameAs(lost);
            assertThatThrownBy(() -> backward(engine, new float[4 * IMAGE]))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("backward needs a training pass");
            float[] again = copy(engine.forward(input, Pass.training(0)).get(0));
            float[] expected = copy(alone.forward(input, Pass.training(0)).get(0));
            assertThat(again).as("seed=%s", seed).containsExactly(expected, within(1e-4f));
        }
    }

    @Test
    void shouldRefuseOtherRanksOnceItHasTrained() {
        try (Engine engine = compile(norm(), null)) {
            engine.forward(input(new float[IMAGE]), Pass.training(0));
            assertThatThrownBy(() -> engine.shareStatistics(new RanksInMemory(1).exchange(0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has trained without other ranks");
        }
    }

    private <T> List<T> onRanks(Function<StatisticsExchange, T> work) {
        RanksInMemory memory = new RanksInMemory(ROWS.length);
        ExecutorService threads = Executors.newFixedThreadPool(ROWS.length);
        List<CompletableFuture<T>> all =
                IntStream.range(0, ROWS.length)
                        .mapToObj(memory::exchange)
                        .map(rank -> CompletableFuture.supplyAsync(() -> work.apply(rank), threads))
                        .toList();
        threads.shutdown();
        return all.stream().map(CompletableFuture::join).toList();
    }

    /** Compiles for ranks, or for one that is alone. */
    private static Engine compile(NetworkSpec network, StatisticsExchange exchange) {
        EngineConfig config = new EngineConfig("onednn", Precision.FP32, 1, null, false);
        Engine engine = Engines.named("onednn").compile(network, 4, config);
        if (exchange != null) {
            engine.shareStatistics(exchange);
        }
        return engine;
    }

    private static void backward(Engine engine, float[] outputGradient) {
        engine.backward(List.of(direct(outputGradient)), GradientListener.NONE);
    }

    private static NetworkSpec norm() {
        return network(builder -> builder.addLayer("out", batchNorm(), "in"));
    }

    private static NetworkSpec convolutions() {
        return network(
                builder ->
                        builder.addLayer("conv1", convolution(), "in")
                                .addLayer("norm1", batchNorm(), "conv1")
                                .addLayer("conv2", convolution(), "norm1")
                                .addLayer("out", batchNorm(), "conv2"));
    }

    private static NetworkSpec network(UnaryOperator<GraphBuilder> layers) {
        GraphBuilder builder =
                new NeuralNetConfiguration.Builder()
                        .seed(1)
                        .activation(Activation.IDENTITY)
                        .updater(new NoOp())
                        .graphBuilder()
                        .addInputs("in");
        InputType image = InputType.convolutional(SIDE, SIDE, CHANNELS);
        layers.apply(builder).setOutputs("out").setInputTypes(image);
        return NetworkSpec.of(builder.build(), List.of(image));
    }

    private static BatchNormalization batchNorm() {
        return new BatchNormalization.Builder().eps(1e-5).decay(0.5).useLogStd(false).build();
    }

    private static ConvolutionLayer convolution() {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(CHANNELS)
                .padding(1, 1)
                .hasBias(false)
                .build();
    }

    private static List<Slice> layout(NetworkSpec network) {
        return GraphLayouts.of(network.graph()).slices();
    }

    private static Slice slice(NetworkSpec network, Kind kind) {
        return layout(network).stream().filter(s -> s.kind() == kind).findFirst().orElseThrow();
    }

    /** Draws the rows of each rank, around a number and what the rank adds to it. */
    private float[][] images(float around) {
        Random random = new Random(seed);
        float[][] images = new float[ROWS.length][];
        for (int rank = 0; rank < ROWS.length; rank++) {
            images[rank] = new float[ROWS[rank] * IMAGE];
            for (int i = 0; i < images[rank].length; i++) {
                images[rank][i] = around + rank + (float) random.nextGaussian();
            }
        }
        return images;
    }

    /** Returns a channel's values on all ranks. */
    private static double[] values(float[][] images, int channel) {
        int plane = SIDE * SIDE;
        return Arrays.stream(images)
                .flatMapToDouble(
                        image ->
                                IntStream.range(0, image.length)
                                        .filter(i -> i / plane % CHANNELS == channel)
                                        .mapToDouble(i -> image[i]))
                .toArray();
    }

    private static List<EngineInput> input(float[] images) {
        return List.of(new EngineInput.Tensor(direct(images), images.length / IMAGE));
    }

    private static FloatBuffer direct(float[] values) {
        return ByteBuffer.allocateDirect(Float.BYTES * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(values)
                .flip();
    }

    private static float[] copy(FloatBuffer buffer) {
        float[] values = new float[buffer.remaining()];
        buffer.duplicate().get(values);
        return values;
    }
}
