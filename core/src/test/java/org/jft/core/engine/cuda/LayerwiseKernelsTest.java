package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** LARS and LAMB by their papers, in double precision; train's tests hold them to the host's. */
final class LayerwiseKernelsTest extends KernelContract {
    private static final float MOMENTUM = 0.9f;
    private static final float SQUARES = 0.99f;
    private static final float EPSILON = 1e-3f;
    private static final double TRUST = 0.01;
    private static final double RATE = 0.1;
    private static final double SCALE = 0.25;
    private static final double CLIP = 0.7;
    private static final int STEP = 5; // from 1
    private static final int LENGTH = UpdateRanges.LENGTH;
    private static final int RANGES = UpdateRanges.COUNT;

    private final HostGpu gpu = HostGpu.of(Format.FP32);
    private final UpdateRanges of = new UpdateRanges();
    private final DeviceArray ranges = of.array();
    private final float[] parameters = gaussian(Format.FP32, LENGTH);
    private final float[] gradients = gaussian(Format.FP32, LENGTH);
    private final float[] mean = gaussian(Format.FP32, LENGTH, 0, 0.1);
    private final float[] meanSquare = uniform(LENGTH, 0, 0.1);
    private final DeviceArray partials = DeviceArray.unset(2 * Double.BYTES * RANGES);
    private final DeviceArray ratios = DeviceArray.unset(Double.BYTES * UpdateRanges.TENSORS);

    private static DeviceStepNumbers numbers() {
        return new DeviceStepNumbers()
                .learningRate(RATE)
                .gradientScale(SCALE)
                .clip(CLIP)
                .corrections(
                        (float) (1 / (1 - Math.pow(MOMENTUM, STEP))),
                        (float) (1 / (1 - Math.pow(SQUARES, STEP))));
    }

    private double gradient(int i) {
        return SCALE * CLIP * gradients[i];
    }

    private double untrained(int i) {
        return of.running(i) ? parameters[i] - SCALE * gradients[i] : parameters[i];
    }

    private double norm(int tensor, double[] values) {
        double sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            sum += of.tensor(i) == tensor ? values[i] * values[i] : 0;
        }
        return Math.sqrt(sum);
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    private void ratios(double trust, double share) {
        gpu.launch(
                "trust_ratios",
                Grids.each(UpdateRanges.TENSORS),
                ratios,
                partials,
                ranges,
                RANGES,
                trust,
                share);
    }

    private void lars(DeviceArray w, DeviceArray velocity, DeviceStepNumbers numbers) {
        DeviceArray from = DeviceArray.floats(gradients);
        gpu.launch("lars_squares", Grids.each(RANGES), partials, w, from, ranges, numbers.array());
        ratios(TRUST, 1);
        gpu.launch(
                "lars_step",
                Grids.each(RANGES),
                w,
                velocity,
                from,
                ranges,
                ratios,
                numbers.array(),
                MOMENTUM,
                TRUST);
    }

    private void lamb(DeviceArray w, DeviceArray m, DeviceArray s, DeviceStepNumbers numbers) {
        DeviceArray from = DeviceArray.floats(gradients);
        gpu.launch(
                "lamb_squares",
                Grids.each(RANGES),
                partials,
                w,
                m,
                s,
                from,
                ranges,
                numbers.array(),
                MOMENTUM,
                SQUARES,
                EPSILON);
        ratios(1, 0);
        gpu.launch(
                "lamb_step",
                Grids.each(RANGES),
                w,
                m,
                s,
                from,
                ranges,
                ratios,
                numbers.array(),
                MOMENTUM,
                SQUARES,
                EPSILON);
    }

    @Test
    void shouldMoveEachTensorInProportionToItsNormAsLarsDoes() {
        double[] measured = new double[LENGTH];
        Arrays.setAll(measured, this::gradient);
        double[] expected = new double[LENGTH];
        double[] expectedVelocity = wide(mean);
        for (int i = 0; i < LENGTH; i++) {
            expected[i] = untrained(i);
            if (of.trained(i)) {
                int tensor = of.tensor(i);
                double ratio = TRUST;
                if (tensor >= 0) {
                    double weights = norm(tensor, wide(parameters));
                    double decay = UpdateRanges.decayOf(tensor);
                    ratio = TRUST * weights / (norm(tensor, measured) + decay * weights);
                }
                double g = gradient(i) + of.decay(i) * parameters[i];
                expectedVelocity[i] = MOMENTUM * mean[i] + RATE * ratio * g;
                expected[i] = parameters[i] - expectedVelocity[i];
            }
        }
        DeviceArray w = DeviceArray.floats(parameters);
        DeviceArray velocity = DeviceArray.floats(mean);

        lars(w, velocity, numbers());

        assertNear("parameters", expected, w.floats(), Format.FP32, FLOAT);
        assertNear("velocity", expectedVelocity, velocity.floats(), Format.FP32, FLOAT);
    }

    @Test
    void shouldMoveEachTensorByTheShareOfItsNormAsLambDoes() {
        double[] expectedMean = wide(mean);
        double[] expectedSquare = wide(meanSquare);
        double[] direction = new double[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            if (of.trained(i)) {
                double g = gradient(i);
                expectedMean[i] = MOMENTUM * mean[i] + (1 - MOMENTUM) * g;
                expectedSquare[i] = SQUARES * meanSquare[i] + (1 - SQUARES) * g * g;
                double unbiased = expectedSquare[i] / (1 - Math.pow(SQUARES, STEP));
                direction[i] =
                        expectedMean[i]
                                        / (1 - Math.pow(MOMENTUM, STEP))
                                        / (Math.sqrt(unbiased) + EPSILON)
                                + of.decay(i) * parameters[i];
            }
        }
        double[] expected = new double[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            int tensor = of.tensor(i);
            double ratio =
                    tensor < 0 ? 1 : norm(tensor, wide(parameters)) / norm(tensor, direction);
            expected[i] = untrained(i) - RATE * ratio * direction[i];
        }
        DeviceArray w = DeviceArray.floats(parameters);
        DeviceArray m = DeviceArray.floats(mean);
        DeviceArray s = DeviceArray.floats(meanSquare);

        lamb(w, m, s, numbers());

        assertNear("parameters", expected, w.floats(), Format.FP32, 4 * FLOAT);
        assertNear("mean", expectedMean, m.floats(), Format.FP32, FLOAT);
        assertNear("mean square", expectedSquare, s.floats(), Format.FP32, FLOAT);
    }

    /** As for weights that start at 0. */
    @Test
    void shouldTakeTheBareRateWhileANormIsZero() {
        for (float[] zeroed : new float[][] {parameters, gradients}) {
            float[] kept = zeroed.clone();
            for (int i = 0; i < LENGTH; i++) {
                zeroed[i] = of.tensor(i) == 0 ? 0 : zeroed[i];
            }
            lars(DeviceArray.floats(parameters), DeviceArray.floats(mean), numbers());
            assertThat(ratios.doubles()[0]).as("seed=%s", seed).isEqualTo(1);
            assertThat(ratios.doubles()[1]).as("seed=%s", seed).isBetween(0.0, 0.9);
            System.arraycopy(kept, 0, zeroed, 0, LENGTH);
        }
    }

    @Test
    void shouldChangeNothingWhereGradientsAreNotFinite() {
        DeviceArray w = DeviceArray.floats(parameters);
        DeviceArray m = DeviceArray.floats(mean);
        DeviceArray s = DeviceArray.floats(meanSquare);
        gradients[100] = Float.NaN;

        lars(w, m, numbers().finite(false));
        lamb(w, m, s, numbers().finite(false));

        assertSame("parameters", parameters, w.floats());
        assertSame("mean", mean, m.floats());
        assertSame("mean square", meanSquare, s.floats());
    }

    @Test
    void shouldTellWhereFiniteGradientsMakeAMeanSquareInfinite() {
        DeviceStepNumbers numbers = numbers();
        gradients[100] = 1e25f;
        lamb(
                DeviceArray.floats(parameters),
                DeviceArray.floats(mean),
                DeviceArray.floats(meanSquare),
                numbers);
        assertThat(numbers.broken()).isTrue();
    }
}
