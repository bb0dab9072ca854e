package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.junit.jupiter.api.Test;

/** What any engine promises besides right numbers: states, order, repetition, memory. */
abstract class EngineContract extends EngineUnderTest {
    private static final int BATCH = 4;
    private static final int SIZE = 13;
    private static final int ROW = 3 * SIZE * SIZE;
    private static final int OUTPUTS = 5;
    private static final long SEED = Long.getLong("jft.parity.seed", System.nanoTime());
    private static final long GARBAGE = 1 << 20; // bytes a step, far above what logging takes

    @Test
    void shouldRepeatItselfBitByBit() {
        assertSameBits(threeSteps(false), threeSteps(false));
    }

    @Test
    void shouldComputeTheSameBitsWithRecomputation() {
        assumeTrue(has(Lack.RECOMPUTATION));
        assertSameBits(threeSteps(true), threeSteps(false));
    }

    @Test
    void shouldScoreAShorterLastBatchLikeTheSameRowsOfAFullOne() {
        try (Engine engine = compiled(false)) {
            Random random = new Random(SEED);
            float[] images = OpDraw.normal(BATCH * ROW, random);
            double[] full = evaluate(engine, images, BATCH);
            for (int rows = 1; rows < BATCH; rows++) {
                double[] part = evaluate(engine, Arrays.copyOf(images, rows * ROW), rows);
                assertThat(RelativeError.l2(part, Arrays.copyOf(full, rows * OUTPUTS)))
                        .as("rows=%s, seed=%s", rows, SEED)
                        .isLessThanOrEqualTo(OpParityContract.Bounds.of(precision()).outputs());
            }
            assertThat(evaluate(engine, images, BATCH)).isEqualTo(full);
        }
    }

    @Test
    void shouldTakePixelsAsTheTensorTheyStandFor() {
        Random random = new Random(SEED);
        byte[] pixels = new byte[BATCH * ROW];
        random.nextBytes(pixels);
        List<Float> mean = List.of(120f, 110f, 100f);
        List<Float> std = List.of(60f, 55f, 50f);
        float[] images = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) { // i counts [N, H, W, 3]
            int channel = i % 3;
            int place = i / 3 % (SIZE * SIZE);
            int target = i / ROW * ROW + channel * SIZE * SIZE + place;
            images[target] = ((pixels[i] & 0xff) - mean.get(channel)) / std.get(channel);
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
        EngineInput fed = new EngineInput.Pixels(direct, BATCH, SIZE, SIZE, mean, std);
        try (Engine engine = compiled(false)) {
            double[] expected = evaluate(engine, images, BATCH);
            double[] actual = Floats.read(engine.forward(List.of(fed), Pass.INFERENCE).get(0));
            assertThat(RelativeError.l2(actual, expected))
                    .as("seed=%s", SEED)
                    .isLessThanOrEqualTo(OpParityContract.Bounds.of(precision()).outputs());
        }
    }

    @Test
    void shouldRefuseBackwardWithoutItsForward() {
        try (Engine engine = compiled(false)) {
            List<EngineInput> input = input(new Random(SEED));
            List<FloatBuffer> gradient = List.of(Draw.direct(new float[BATCH * OUTPUTS]));
            assertRefusesBackward(engine, gradient);
            engine.forward(input, Pass.training(0));
            engine.forward(input, Pass.INFERENCE);
            assertRefusesBackward(engine, gradient);
            engine.forward(input, Pass.training(0));
            engine.backward(gradient, GradientListener.NONE);
            assertRefusesBackward(engine, gradient);
        }
    }

    @Test
    void shouldRefuseMoreRowsThanCompiledFor() {
        try (Engine engine = compiled(false)) {
            float[] images = new float[(BATCH + 1) * ROW];
            assertThatThrownBy(() -> evaluate(engine, images, BATCH + 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldRefuseGradientsOfInputsThatNobodyAskedFor() {
        try (Engine engine = compiled(false)) {
            engine.forward(input(new Random(SEED)), Pass.training(0));
            engine.backward(
                    List.of(Draw.direct(new float[BATCH * OUTPUTS])), GradientListener.NONE);
            assertThatThrownBy(() -> engine.inputGradient(0))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldGiveNothingOnceClosed() {
        Engine engine = compiled(false);
        List<EngineInput> input = input(new Random(SEED));
        List<FloatBuffer> gradient = List.of(Draw.direct(new float[BATCH * OUTPUTS]));
        engine.forward(input, Pass.training(0));
        engine.close();
        for (ThrowingCallable use :
                List.<ThrowingCallable>of(
                        () -> engine.forward(input, Pass.INFERENCE),
                        () -> engine.backward(gradient, GradientListener.NONE),
                        () -> engine.inputGradient(0),
                        engine::parameters,
                        engine::gradients)) {
            assertThatThrownBy(use)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
        assertThatCode(engine::close).doesNotThrowAnyException();
    }

    @Test
    void shouldSayWhatIsFrozen() {
        NetworkSpec network = network();
        String head = network.graph().getNetworkOutputs().get(0);
        try (Engine engine = compile(network.withFrozenLayers(Set.of(head)), BATCH)) {
            assertThat(engine.layout().slices())
                    .isNotEmpty()
                    .allMatch(slice -> slice.frozen() == slice.layer().equals(head));
        }
    }

    @Test
    void shouldReportEachPartOfTheGradientOnceItIsFinal() {
        record Part(int offset, int length, float[] values) {}
        try (Engine engine = compiled(false)) {
            Random random = new Random(SEED);
            engine.forward(input(random), Pass.training(0));
            List<Part> parts = new ArrayList<>();
            engine.backward(
                    List.of(Draw.direct(OpDraw.normal(BATCH * OUTPUTS, random))),
                    (offset, length) -> {
                        float[] now = new float[length];
                        engine.gradients().get(offset, now);
                        parts.add(new Part(offset, length, now));
                    });
            for (Part part : parts) {
                float[] last = new float[part.length()];
                engine.gradients().get(part.offset(), last);
                assertThat(part.values()).as("at %s, seed=%s", part, SEED).isEqualTo(last);
            }
            if (has(Lack.STREAMING)) {
                assertThat(parts).hasSizeGreaterThan(1);
                Part first = parts.get(0);
                assertThat(first.offset() + first.length())
                        .as("the head comes first")
                        .isEqualTo(engine.layout().length());
                assertThat(parts.get(parts.size() - 1).offset()).as("the stem last").isZero();
            }
            int end = 0;
            parts.sort(Comparator.comparingInt(Part::offset));
            for (Part part : parts) {
                assertThat(part.offset()).as("a gap or an overlap").isEqualTo(end);
                end += part.length();
            }
            assertThat(end).isEqualTo(engine.layout().length());
        }
    }

    @Test
    void shouldLeaveNoGarbageWorthMention() {
        assumeTrue(has(Lack.STEADY_MEMORY));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Engine engine = compiled(false)) {
            List<EngineInput> input = input(new Random(SEED));
            List<FloatBuffer> gradient = List.of(Draw.direct(new float[BATCH * OUTPUTS]));
            long least = Long.MAX_VALUE;
            for (int step = 0; step < 5; step++) { // the first ones load classes
                long before = threads.getCurrentThreadAllocatedBytes();
                engine.forward(input, Pass.training(0));
                engine.backward(gradient, GradientListener.NONE);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isLessThan(GARBAGE);
        }
    }

    @Test
    void shouldDropOutInTrainingOnly() {
        double keep = 0.7;
        Sketch sketch = new Sketch();
        String image = sketch.image(3, SIZE, SIZE);
        String output = sketch.layer(sketch.conv(image, 16, 1, 1), new DropoutLayer(keep));
        NetworkSpec network = trained(sketch.build(output));
        try (Engine engine = compile(network, BATCH)) {
            randomize(engine, new Random(SEED));
            List<EngineInput> input = input(new Random(SEED));
            double[] all = Floats.read(engine.forward(input, Pass.INFERENCE).get(0));
            double[] some = Floats.read(engine.forward(input, Pass.training(0)).get(0));
            int kept = 0;
            for (int i = 0; i < all.length; i++) {
                if (some[i] != 0) {
                    kept++;
                    assertThat(Math.abs(some[i] - all[i] / keep))
                            .as("seed=%s", SEED)
                            .isLessThanOrEqualTo(2e-2 * Math.abs(all[i]) + 1e-6);
                }
            }
            double deviation = Math.sqrt(all.length * keep * (1 - keep));
            assertThat(Math.abs(kept - keep * all.length))
                    .as("kept %s of %s, seed=%s", kept, all.length, SEED)
                    .isLessThan(6 * deviation);
        }
    }

    @Test
    void shouldDrawItsMasksByTheGivenNumberAlone() {
        List<EngineInput> input = input(new Random(SEED));
        float[] first;
        try (Engine engine = compiled(false)) {
            first = Floats.copy(engine.forward(input, Pass.training(5)).get(0));
            float[] other = Floats.copy(engine.forward(input, Pass.training(6)).get(0));
            assertThat(other).as("seed=%s", SEED).isNotEqualTo(first);
            engine.forward(input, Pass.INFERENCE);
            assertThat(Floats.copy(engine.forward(input, Pass.training(5)).get(0)))
                    .as("again, seed=%s", SEED)
                    .isEqualTo(first);
        }
        try (Engine engine = compiled(false)) {
            assertThat(Floats.copy(engine.forward(input, Pass.training(5)).get(0)))
                    .as("in a new engine, seed=%s", SEED)
                    .isEqualTo(first);
        }
    }

    /** y = x m / keep and so dx = dy m / keep, where m is seen in y. */
    @Test
    void shouldLetGradientsThroughWhereItLetTheInputThrough() {
        double keep = 0.6;
        int length = BATCH * 16 * SIZE * SIZE;
        Sketch sketch = new Sketch();
        NetworkSpec network =
                sketch.build(sketch.layer(sketch.image(16, SIZE, SIZE), new DropoutLayer(keep)));
        try (Engine engine = compile(network, BATCH)) {
            Random random = new Random(SEED);
            float[] images = OpDraw.normal(length, random);
            float[] gradient = OpDraw.normal(length, random);
            EngineInput input = new EngineInput.Tensor(Draw.direct(images), BATCH);
            double[] output = Floats.read(engine.forward(List.of(input), Pass.training(3)).get(0));
            engine.backward(List.of(Draw.direct(gradient)), GradientListener.NONE);
            double[] actual = Floats.read(engine.inputGradient(0));
            double[] expected = new double[length];
            for (int i = 0; i < length; i++) {
                expected[i] = output[i] == 0 ? 0 : gradient[i] / keep;
            }
            assertThat(RelativeError.l2(actual, expected))
                    .as("seed=%s", SEED)
                    .isLessThanOrEqualTo(OpParityContract.Bounds.of(precision()).gradients());
        }
    }

    /** A residual block, a pool, dropout and a head, in the shape of the real ones. */
    private static NetworkSpec network() {
        Sketch sketch = new Sketch();
        String stem = sketch.convNormRelu(sketch.image(3, SIZE, SIZE), 16, 3, 1);
        String pooled = sketch.pool(stem, PoolingType.MAX, 3, 2, 1);
        String kept = sketch.layer(pooled, new DropoutLayer(0.8));
        String branch = sketch.norm(sketch.conv(sketch.convNormRelu(kept, 16, 3, 1), 16, 3, 1));
        String block = sketch.relu(sketch.add(branch, kept));
        String head = sketch.dense(sketch.globalPool(block, PoolingType.AVG), OUTPUTS);
        return trained(sketch.build(head));
    }

    private static NetworkSpec trained(NetworkSpec network) {
        return NetworkSpec.of(network.graph(), network.inputTypes());
    }

    private Engine compiled(boolean recompute) {
        Engine engine = factory().compile(network(), BATCH, config(recompute));
        randomize(engine, new Random(SEED));
        return engine;
    }

    private static void randomize(Engine engine, Random random) {
        FloatBuffer parameters = engine.parameters();
        for (Slice slice : engine.layout().slices()) {
            for (int i = 0; i < slice.length(); i++) {
                parameters.put(OpDraw.parameter(slice, random));
            }
        }
    }

    /** Returns all outputs and gradients of three steps of plain descent. */
    private List<float[]> threeSteps(boolean recompute) {
        List<float[]> seen = new ArrayList<>();
        try (Engine engine = compiled(recompute)) {
            Random random = new Random(SEED);
            for (int step = 0; step < 3; step++) {
                seen.add(Floats.copy(engine.forward(input(random), Pass.training(0)).get(0)));
                engine.backward(
                        List.of(Draw.direct(OpDraw.normal(BATCH * OUTPUTS, random))),
                        GradientListener.NONE);
                seen.add(Floats.copy(engine.gradients()));
                Floats.descend(engine, 1e-2f);
            }
            seen.add(Floats.copy(engine.parameters()));
        }
        return seen;
    }

    private static void assertSameBits(List<float[]> some, List<float[]> others) {
        for (int i = 0; i < some.size(); i++) {
            int at = Arrays.mismatch(some.get(i), others.get(i));
            assertThat(at)
                    .as("first difference in the %s. of outputs, gradients, ..., seed=%s", i, SEED)
                    .isNegative();
        }
    }

    private static double[] evaluate(Engine engine, float[] images, int rows) {
        EngineInput input = new EngineInput.Tensor(Draw.direct(images), rows);
        return Floats.read(engine.forward(List.of(input), Pass.INFERENCE).get(0));
    }

    private static List<EngineInput> input(Random random) {
        float[] images = OpDraw.normal(BATCH * ROW, random);
        return List.of(new EngineInput.Tensor(Draw.direct(images), BATCH));
    }

    private static void assertRefusesBackward(Engine engine, List<FloatBuffer> gradient) {
        assertThatThrownBy(() -> engine.backward(gradient, GradientListener.NONE))
                .isInstanceOf(IllegalStateException.class);
    }
}
