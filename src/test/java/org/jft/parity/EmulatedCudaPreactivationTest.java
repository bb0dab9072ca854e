package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.engine.cuda.EmulatedCuda;
import org.jft.core.model.Architectures;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole ResNet-v2s on the cuda engine, on an emulated GPU, against the onednn engine. A rectifier
 * within rounding of zero may fall either way, so each gradient must be close in the best of some
 * draws.
 */
class EmulatedCudaPreactivationTest {
    private static final int BATCH = 4;
    private static final int CLASSES = 5;
    private static final int SIZE = 16;
    private static final int DRAWS = 3;
    private static final double BOUND = 1e-4;

    private final long seed = Long.getLong("jft.parity.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private record Results(double[] outputs, float[] gradients) {}

    @ParameterizedTest
    @CsvSource({"BATCH, false", "GROUP, false", "GROUP, true"})
    void shouldAgreeWithTheCpu(ModelConfig.Norm norm, boolean standardized) {
        ModelConfig model =
                new ModelConfig(
                        "resnet8s",
                        CLASSES,
                        8,
                        null,
                        false,
                        norm,
                        standardized,
                        true,
                        null,
                        null,
                        false);
        NetworkSpec network =
                NetworkSpec.ofImages(Architectures.create(model, CLASSES, SIZE, 1), SIZE);
        Map<String, Double> best = new TreeMap<>();
        try (Engine cuda = compile(new EmulatedCuda(false), network);
                Engine cpu = compile(Engines.named("onednn"), network)) {
            for (int draw = 0; draw < DRAWS; draw++) {
                float[] start = parameters(cpu);
                float[] images = OpDraw.normal(BATCH * 3 * SIZE * SIZE, random);
                float[] gradient = OpDraw.normal(BATCH * CLASSES, random);
                Results found = step(cuda, start, images, gradient);
                Results expected = step(cpu, start, images, gradient);
                assertThat(RelativeError.l2(found.outputs(), expected.outputs()))
                        .as("outputs, seed=%s", seed)
                        .isLessThanOrEqualTo(BOUND);
                for (Slice slice : cpu.layout().slices()) {
                    double error =
                            RelativeError.l2(
                                    part(found.gradients(), slice),
                                    part(expected.gradients(), slice));
                    best.merge(slice.layer() + " " + slice.kind(), error, Math::min);
                }
            }
        }
        best.values().removeIf(error -> error <= BOUND);
        assertThat(best).as("gradients too far off in each draw, seed=%s", seed).isEmpty();
    }

    private static Engine compile(EngineFactory factory, NetworkSpec network) {
        EngineConfig config = new EngineConfig(factory.name(), Precision.FP32, 1, null, false);
        return factory.compile(network, BATCH, config);
    }

    /** Draws weights after He et al. 2015, norms near rest. */
    private float[] parameters(Engine engine) {
        float[] values = new float[engine.layout().length()];
        for (Slice slice : engine.layout().slices()) {
            for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                float noise = (float) random.nextGaussian();
                values[i] =
                        switch (slice.kind()) {
                            case WEIGHT -> noise * 0.2f;
                            case SCALE, RUNNING_VARIANCE -> 1 + 0.1f * Math.abs(noise);
                            case BIAS, SHIFT, RUNNING_MEAN -> 0.1f * noise;
                        };
            }
        }
        return values;
    }

    private static Results step(
            Engine engine, float[] parameters, float[] images, float[] gradient) {
        engine.parameters().put(0, parameters);
        List<EngineInput> input = List.of(new EngineInput.Tensor(Draw.direct(images), BATCH));
        List<Double> outputs = new ArrayList<>();
        for (Pass pass : List.of(Pass.INFERENCE, Pass.training(0))) {
            for (double value : Floats.read(engine.forward(input, pass).get(0))) {
                outputs.add(value);
            }
        }
        engine.backward(List.of(Draw.direct(gradient)), GradientListener.NONE);
        return new Results(
                outputs.stream().mapToDouble(value -> value).toArray(),
                Floats.copy(engine.gradients()));
    }

    private static double[] part(float[] values, Slice slice) {
        double[] part = new double[slice.length()];
        for (int i = 0; i < part.length; i++) {
            part[i] = values[slice.offset() + i];
        }
        return part;
    }
}
