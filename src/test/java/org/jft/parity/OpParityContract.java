package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.Pass;
import org.jft.parity.LibtorchNetwork.Step;
import org.jft.parity.LibtorchNetwork.Type;
import org.jft.parity.OpCase.Hazard;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each op on random shapes, on an engine against libtorch in double precision: outputs in both
 * modes, the gradient of every parameter and input, the step of every running statistic, zeros in
 * frozen layers.
 *
 * <p>A draw that comes within rounding of a kink is drawn again, so that float32 bounds can be
 * tight. In types of 16 bits kinks are kept away by large shifts (see {@link OpDraw}).
 *
 * <p>Set {@code -Djft.parity.seed} to repeat a run, {@code -Djft.parity.report=true} to see all
 * errors.
 */
abstract class OpParityContract extends EngineUnderTest {
    private static final long SEED = Long.getLong("jft.parity.seed", System.nanoTime());
    private static final double CLEARANCE = 2e-5; // of kinks; float32 errs by some 1e-6 here
    private static final int MOST_DRAWS = 30;
    private static final int FP16_STEPS = 8; // of float16 in one of bfloat16

    /**
     * Largest relative L2 errors, per tensor.
     *
     * @param outputs in either mode
     * @param gradients of parameters and inputs
     * @param statistics of the step of running means and variances
     */
    record Bounds(double outputs, double gradients, double statistics) {
        /**
         * float32: sums of up to some thousand products of roundings of 6e-8 each, which mostly
         * cancel.
         */
        static final Bounds FP32 = new Bounds(5e-6, 1e-5, 1e-5);

        /**
         * bfloat16: one rounding is an L2 error of about 2^-9, and up to a dozen of them lie
         * between an input and the gradient of a few layers.
         */
        static final Bounds BF16 = new Bounds(1e-2, 1.5e-2, 1e-2);

        /** Behind large shifts a rounding is of the shift, and a norm then takes the shift away. */
        static final Bounds BF16_SHIFTED = new Bounds(1e-2, 4e-2, 1e-2);

        /** An output of 0.99 is rounded by 2e-3, a fifth of what is left of the slope. */
        static final Bounds BF16_FLAT = new Bounds(1e-2, 4e-2, 1e-2);

        static Bounds of(Precision precision) {
            return of(precision, Hazard.NONE);
        }

        static Bounds of(Precision precision, Hazard hazard) {
            if (precision == Precision.FP32) {
                return FP32;
            }
            Bounds bf16 =
                    switch (hazard) {
                        case SHIFTED -> BF16_SHIFTED;
                        case FLAT -> BF16_FLAT;
                        case NONE, CLOSE, CANCELLING -> BF16;
                    };
            return precision == Precision.FP16 ? bf16.over(FP16_STEPS) : bf16;
        }

        private Bounds over(double divisor) {
            return new Bounds(outputs / divisor, gradients / divisor, statistics / divisor);
        }
    }

    /** Returns what is asked of any engine of the precision. */
    Bounds bounds(Hazard hazard) {
        return Bounds.of(precision(), hazard);
    }

    @TestFactory
    Stream<DynamicTest> shouldConvolve() {
        return tests(ConvolutionCases::all);
    }

    @TestFactory
    Stream<DynamicTest> shouldNormalize() {
        return tests(NormCases::all);
    }

    @TestFactory
    Stream<DynamicTest> shouldNormalizeGroupsAndWeights() {
        return tests(GroupNormCases::all);
    }

    @TestFactory
    Stream<DynamicTest> shouldPoolAndResize() {
        return tests(PoolCases::all);
    }

    @TestFactory
    Stream<DynamicTest> shouldApplyDenseLayersAndActivations() {
        return tests(DenseCases::all);
    }

    @TestFactory
    Stream<DynamicTest> shouldJoinForkAndFreeze() {
        return tests(TopologyCases::all);
    }

    private interface Cases {
        List<OpCase> of(Random random);
    }

    private Stream<DynamicTest> tests(Cases cases) {
        List<DynamicTest> tests = new ArrayList<>();
        for (OpCase each : cases.of(new Random(SEED))) {
            boolean beyondShort =
                    each.hazard() == Hazard.CLOSE || each.hazard() == Hazard.CANCELLING;
            if (precision() == Precision.FP32 || !beyondShort) {
                long seed = SEED + tests.size();
                tests.add(DynamicTest.dynamicTest(each.name(), () -> compare(each, seed)));
            }
        }
        return tests.stream();
    }

    private void compare(OpCase of, long seed) {
        NetworkSpec network = of.network();
        try (Engine engine = compile(network, of.batch())) {
            ParameterLayout layout = engine.layout();
            LibtorchNetwork oracle = new LibtorchNetwork(network, layout, Type.DOUBLE);
            Random random = new Random(seed);
            OpDraw draw;
            List<float[]> outputGradients;
            Step truth;
            int draws = 0;
            do {
                assertThat(draws++).as("draws that met a kink").isLessThan(MOST_DRAWS);
                draw = OpDraw.of(of, layout, precision(), random);
                outputGradients = new ArrayList<>();
                for (double[] output : oracle.forward(draw.parameters(), draw.inputs(), false)) {
                    outputGradients.add(OpDraw.normal(output.length, random));
                }
                truth = oracle.step(draw.parameters(), draw.inputs(), outputGradients);
            } while (precision() == Precision.FP32 && truth.gap() < CLEARANCE);
            engine.parameters().put(draw.parameters());
            Errors errors = new Errors();
            List<double[]> evaluated = oracle.forward(draw.parameters(), draw.inputs(), false);
            List<EngineInput> inputs = inputs(draw, of.batch());
            errors.ofOutputs("evaluated", engine.forward(inputs, Pass.INFERENCE), evaluated);
            errors.ofOutputs("training", engine.forward(inputs, Pass.training(0)), truth.outputs());
            engine.backward(
                    outputGradients.stream().map(Draw::direct).toList(), GradientListener.NONE);
            errors.ofGradients(engine, network, truth);
            float[] after = new float[layout.length()];
            engine.parameters().get(after);

            Map<String, Double> failed = errors.above(bounds(of.hazard()));
            report(of, errors);
            assertThat(failed)
                    .as(
                            "relative errors of %s, batch %s, inputs %s, -Djft.parity.seed=%s",
                            of.name(), of.batch(), network.inputTypes(), SEED)
                    .isEmpty();
            assertThat(after)
                    .as("parameters are the caller's to move")
                    .isEqualTo(draw.parameters());
        }
    }

    private static List<EngineInput> inputs(OpDraw draw, int batch) {
        return draw.inputs().stream()
                .map(values -> (EngineInput) new EngineInput.Tensor(Draw.direct(values), batch))
                .toList();
    }

    private void report(OpCase of, Errors errors) {
        if (Boolean.getBoolean("jft.parity.report")) {
            System.out.printf(
                    "PARITY %s %s %s: %s%n", engineName(), precision(), of.name(), errors);
        }
    }
}
