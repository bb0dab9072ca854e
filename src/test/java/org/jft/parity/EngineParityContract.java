package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.Pass;
import org.jft.core.model.Architectures;
import org.jft.core.model.TorchState;
import org.jft.core.model.TorchState.Tensor;
import org.jft.parity.Draw.Shifts;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole networks on an engine against libtorch in double precision: logits in both modes, the
 * gradient of every parameter, the step of every running statistic.
 *
 * <p>A rectifier whose input is within rounding of zero may fall either way, and one flip moves
 * gradients by up to percents, in libtorch's own float32 too. {@link Shifts#LARGE} makes that rare,
 * not impossible. It strikes at random, an error in the code does not: so each gradient must be
 * close in the best of some draws, and not far off in any.
 */
abstract class EngineParityContract extends EngineUnderTest {
    private static final int BATCH = 4;
    private static final int CLASSES = 10;
    private static final double BATCH_NORM_DECAY = 0.9;

    /**
     * Largest relative errors.
     *
     * @param logits difference over the largest logit
     * @param gradientBest L2 per tensor in its best draw
     * @param gradientWorst L2 per tensor in its worst draw
     * @param statistics L2 per tensor of the running statistics' step
     */
    record Bounds(double logits, double gradientBest, double gradientWorst, double statistics) {}

    /** Returns what is asked of a float32 engine. */
    Bounds bounds() {
        return new Bounds(1e-5, 5e-4, 5e-2, 5e-5);
    }

    @ParameterizedTest
    @CsvSource({
        "resnet14s, 32, 3",
        "resnet14s, 29, 3", // odd: every stride has to floor
        "resnet18, 64, 3",
        "resnet50, 75, 3",
        "resnet101, 49, 2",
    })
    void shouldAgreeWithLibtorch(String architecture, int size, int draws) {
        ComputationGraphConfiguration graph =
                Architectures.create(
                        new ModelConfig(architecture, 0, 0, null, false), CLASSES, size, 1);
        LibtorchResNet oracle = new LibtorchResNet(architecture, ScalarType.Double);
        long[] imageShape = {BATCH, 3, size, size};
        Map<String, Double> best = new TreeMap<>();
        NetworkSpec network = NetworkSpec.ofImages(graph, size);
        try (Engine engine = compile(network, BATCH)) {
            TorchState state = TorchState.of(graph, engine.layout());
            FloatBuffer vector = engine.parameters();
            for (long seed = 0; seed < draws; seed++) {
                compareEvaluation(
                        engine,
                        oracle,
                        Draw.into(vector, state, Shifts.SMALL, imageShape, CLASSES, seed),
                        seed);
                compareStep(
                                engine,
                                oracle,
                                state,
                                Draw.into(vector, state, Shifts.LARGE, imageShape, CLASSES, seed),
                                seed)
                        .forEach((name, error) -> best.merge(name, error, Math::min));
            }
        }
        best.values().removeIf(error -> error <= bounds().gradientBest());
        assertThat(best).as("gradients too far off in each of %s draws", draws).isEmpty();
    }

    private void compareEvaluation(Engine engine, LibtorchResNet oracle, Draw draw, long seed) {
        double[] expected = oracle.evaluate(draw.parameters(), draw.images(), draw.imageShape());
        double[] actual = read(forward(engine, draw, false), BATCH * CLASSES);
        assertThat(RelativeError.max(actual, expected))
                .as("logits in evaluation, seed=%s", seed)
                .isLessThanOrEqualTo(bounds().logits());
    }

    /** Returns the error of each gradient by name. */
    private Map<String, Double> compareStep(
            Engine engine, LibtorchResNet oracle, TorchState state, Draw draw, long seed) {
        LibtorchResNet.Step expected =
                oracle.step(
                        draw.parameters(), draw.outputGradient(), draw.images(), draw.imageShape());
        double[] logits = read(forward(engine, draw, true), BATCH * CLASSES);
        engine.backward(List.of(Draw.direct(draw.outputGradient())), GradientListener.NONE);

        assertThat(RelativeError.max(logits, expected.logits()))
                .as("logits in training, seed=%s", seed)
                .isLessThanOrEqualTo(bounds().logits());
        Map<String, Double> errors = new TreeMap<>();
        for (Tensor tensor : state.tensors()) {
            double[] actual = read(tensor.in(engine.gradients()), tensor.length());
            double[] batchStatistic = expected.batchStatistics().get(tensor.name());
            if (batchStatistic == null) {
                double[] truth = expected.gradients().get(tensor.name());
                double error = RelativeError.l2(actual, truth);
                assertThat(error)
                        .as("gradient of %s, seed=%s", tensor.name(), seed)
                        .isLessThanOrEqualTo(bounds().gradientWorst());
                errors.put(tensor.name(), error);
            } else {
                float[] running = draw.parameters().get(tensor.name()).values();
                assertThat(RelativeError.l2(actual, step(running, batchStatistic)))
                        .as("step of %s, seed=%s", tensor.name(), seed)
                        .isLessThanOrEqualTo(bounds().statistics());
            }
        }
        return errors;
    }

    private static double[] step(float[] running, double[] batch) {
        double[] step = new double[batch.length];
        for (int i = 0; i < batch.length; i++) {
            step[i] = (1 - BATCH_NORM_DECAY) * (running[i] - batch[i]);
        }
        return step;
    }

    private static FloatBuffer forward(Engine engine, Draw draw, boolean training) {
        EngineInput images = new EngineInput.Tensor(Draw.direct(draw.images()), BATCH);
        return engine.forward(List.of(images), new Pass(training, 0)).get(0);
    }

    private static double[] read(FloatBuffer source, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = source.get(source.position() + i);
        }
        return values;
    }
}
