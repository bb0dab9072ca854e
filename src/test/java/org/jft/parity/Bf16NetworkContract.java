package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.model.Architectures;
import org.jft.core.model.TorchState;
import org.jft.parity.Draw.Shifts;
import org.jft.parity.LibtorchNetwork.Step;
import org.jft.parity.LibtorchNetwork.Type;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole networks in bfloat16. With 8 bits many rectifiers of a deep network fall to the other side
 * of zero, and no absolute bound on a gradient says much. So an engine is held to what the type
 * itself costs: its distance from the true values (libtorch in double) may not exceed by much the
 * distance of libtorch in float32 with every activation, activation gradient and weight rounded.
 */
abstract class Bf16NetworkContract extends EngineUnderTest {
    private static final int BATCH = 8;
    private static final int CLASSES = 10;

    /**
     * How much further than the rounded reference, at quantiles over gradients: libtorch's own
     * bfloat16 kernels are at 0.91 to 1.09 in twelve draws (2026-11-24).
     */
    private static final double BULK_FACTOR = 1.25;

    private static final double TENSOR_FACTOR = 3; // and in each single one

    /** What one flip more does to a sum over a channel, most of whose terms cancel. */
    private static final double FLIP = 0.15;

    private static final double OUTPUT_FACTOR = 1.5;
    private static final double SLACK = 5e-3; // about two roundings: for errors that are next to 0

    @Override
    final Precision precision() {
        return Precision.BF16;
    }

    @ParameterizedTest
    @CsvSource({"resnet14s, 32, 0", "resnet18, 48, 1", "resnet50, 48, 2"})
    void shouldErrNoMoreThanTheTypeMakesItErr(String architecture, int size, long seed) {
        ComputationGraphConfiguration graph =
                Architectures.create(
                        new ModelConfig(architecture, 0, 0, null, false), CLASSES, size, 1);
        NetworkSpec network = NetworkSpec.ofImages(graph, size);
        try (Engine engine = compile(network, BATCH)) {
            ParameterLayout layout = engine.layout();
            TorchState state = TorchState.of(graph, layout);
            long[] shape = {BATCH, 3, size, size};
            FloatBuffer vector = engine.parameters();
            Draw draw = Draw.into(vector, state, Shifts.LARGE, shape, CLASSES, seed);
            float[] parameters = Floats.copy(engine.parameters());
            List<float[]> images = List.of(draw.images());
            List<float[]> gradient = List.of(draw.outputGradient());
            LibtorchNetwork exact = new LibtorchNetwork(network, layout, Type.DOUBLE);
            LibtorchNetwork rounded = new LibtorchNetwork(network, layout, Type.ROUNDED);
            Step truth = exact.step(parameters, images, gradient);
            Step reference = rounded.step(parameters, images, gradient);

            List<EngineInput> input =
                    List.of(new EngineInput.Tensor(Draw.direct(draw.images()), BATCH));
            double[] evaluated = Floats.read(engine.forward(input, Pass.INFERENCE).get(0));
            double[] trueLogits = exact.forward(parameters, images, false).get(0);
            double[] roundedLogits = rounded.forward(parameters, images, false).get(0);
            assertAsClose("logits in evaluation", evaluated, roundedLogits, trueLogits);
            double[] trained = Floats.read(engine.forward(input, Pass.training(0)).get(0));
            engine.backward(List.of(Draw.direct(draw.outputGradient())), GradientListener.NONE);
            assertAsClose(
                    "logits in training",
                    trained,
                    reference.outputs().get(0),
                    truth.outputs().get(0));
            compare(engine, reference, truth);
        }
    }

    private static void compare(Engine engine, Step reference, Step truth) {
        Map<String, Double> tooFar = new TreeMap<>();
        double[] actual = Floats.read(engine.gradients());
        List<Double> errors = new ArrayList<>();
        List<Double> allowed = new ArrayList<>();
        for (Slice slice : engine.layout().slices()) {
            double error = Errors.of(slice, actual, truth.gradients(), engine.layout());
            double typeError =
                    Errors.of(slice, reference.gradients(), truth.gradients(), engine.layout());
            boolean perChannel = slice.kind().trainable() && slice.kind() != Kind.WEIGHT;
            if (error > TENSOR_FACTOR * typeError + (perChannel ? FLIP : SLACK)) {
                tooFar.put(slice.layer() + " " + slice.kind() + ", not " + typeError, error);
            }
            if (slice.kind().trainable()) {
                errors.add(error);
                allowed.add(typeError);
            }
        }
        assertThat(tooFar).as("relative L2 errors of gradients and statistics").isEmpty();
        for (double share : new double[] {0.5, 0.9}) {
            assertThat(quantile(errors, share))
                    .as("%s quantile over gradients, not %s", share, quantile(allowed, share))
                    .isLessThanOrEqualTo(BULK_FACTOR * quantile(allowed, share));
        }
    }

    private static void assertAsClose(
            String what, double[] actual, double[] reference, double[] truth) {
        assertThat(RelativeError.l2(actual, truth))
                .as(what)
                .isLessThanOrEqualTo(OUTPUT_FACTOR * RelativeError.l2(reference, truth) + SLACK);
    }

    private static double quantile(List<Double> values, double share) {
        return values.stream().sorted().toList().get((int) (share * values.size()));
    }
}
