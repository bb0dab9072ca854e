package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.jft.core.engine.cuda.driver.Grid;
import org.junit.jupiter.api.Test;

/** The optimizer's arithmetic is held to the bits: float32 in the order of train's UpdateRule. */
final class OptimizerKernelsTest extends KernelContract {
    private static final float MOMENTUM = 0.9f;
    private static final double RATE = 0.1;
    private static final double SCALE = 0.25;
    private static final double CLIP = 0.7;
    private static final int LENGTH = UpdateRanges.LENGTH;
    private static final int RANGES = UpdateRanges.COUNT;

    private final HostGpu gpu = HostGpu.of(Format.FP32);
    private final UpdateRanges of = new UpdateRanges();
    private final DeviceArray ranges = of.array();
    private final float[] parameters = gaussian(Format.FP32, LENGTH);
    private final float[] gradients = gaussian(Format.FP32, LENGTH);

    private static DeviceStepNumbers numbers() {
        return new DeviceStepNumbers().learningRate(RATE).gradientScale(SCALE).clip(CLIP);
    }

    private float gradient(int i) {
        return gradients[i] * (float) (SCALE * CLIP) + of.decay(i) * parameters[i];
    }

    private float untrained(int i) {
        return of.running(i) ? parameters[i] - gradients[i] * (float) SCALE : parameters[i];
    }

    @Test
    void shouldStepAsMomentumDoesAndMoveRunningStatistics() {
        float[] velocity = gaussian(Format.FP32, LENGTH);
        float[] expected = new float[LENGTH];
        float[] expectedVelocity = velocity.clone();
        for (int i = 0; i < LENGTH; i++) {
            expected[i] = untrained(i);
            if (of.trained(i)) {
                expectedVelocity[i] = MOMENTUM * velocity[i] + gradient(i);
                expected[i] = parameters[i] - (float) RATE * expectedVelocity[i];
            }
        }
        DeviceArray w = DeviceArray.floats(parameters);
        DeviceArray v = DeviceArray.floats(velocity);

        gpu.launch(
                "sgd_step",
                Grids.each(RANGES),
                w,
                v,
                DeviceArray.floats(gradients),
                ranges,
                numbers().array(),
                MOMENTUM);

        assertSame("parameters", expected, w.floats());
        assertSame("velocity", expectedVelocity, v.floats());
    }

    @Test
    void shouldStepAsRmsPropDoes() {
        float decay = 0.9f;
        float epsilon = 1e-3f;
        float[] meanSquare = uniform(LENGTH, 0, 2);
        float[] velocity = gaussian(Format.FP32, LENGTH);
        float[] expected = new float[LENGTH];
        float[] expectedSquare = meanSquare.clone();
        float[] expectedVelocity = velocity.clone();
        float rest = 1 - decay;
        for (int i = 0; i < LENGTH; i++) {
            expected[i] = untrained(i);
            if (of.trained(i)) {
                float g = gradient(i);
                expectedSquare[i] = decay * meanSquare[i] + rest * g * g;
                float root = (float) Math.sqrt(expectedSquare[i] + epsilon);
                expectedVelocity[i] = MOMENTUM * velocity[i] + (float) RATE * g / root;
                expected[i] = parameters[i] - expectedVelocity[i];
            }
        }
        DeviceArray w = DeviceArray.floats(parameters);
        DeviceArray s = DeviceArray.floats(meanSquare);
        DeviceArray v = DeviceArray.floats(velocity);

        gpu.launch(
                "rmsprop_step",
                Grids.each(RANGES),
                w,
                s,
                v,
                DeviceArray.floats(gradients),
                ranges,
                numbers().array(),
                decay,
                MOMENTUM,
                epsilon);

        assertSame("parameters", expected, w.floats());
        assertSame("mean squares", expectedSquare, s.floats());
        assertSame("velocity", expectedVelocity, v.floats());
    }

    @Test
    void shouldMoveTheAverageTowardsTheParameters() {
        float rate = 0.01f;
        float[] average = gaussian(Format.FP32, LENGTH);
        float[] expected = average.clone();
        for (int i = 0; i < LENGTH; i++) {
            expected[i] += rate * (parameters[i] - expected[i]);
        }
        DeviceArray to = DeviceArray.floats(average);
        DeviceArray numbers = numbers().averageRate(rate).array();
        DeviceArray from = DeviceArray.floats(parameters);

        gpu.launch("average_step", Grids.flat(LENGTH), to, from, numbers, (long) LENGTH);

        assertSame("average", expected, to.floats());
    }

    @Test
    void shouldSumGradientsOfMicroBatches() {
        float[] expected = parameters.clone();
        for (int i = 0; i < LENGTH; i++) {
            expected[i] += gradients[i];
        }
        DeviceArray sum = DeviceArray.floats(parameters);
        DeviceArray more = DeviceArray.floats(gradients);

        gpu.launch("accumulate", Grids.flat(LENGTH), sum, more, (long) LENGTH);

        assertSame("sum", expected, sum.floats());
    }

    /** Measures the norm of the trainable gradients. */
    private DeviceStepNumbers measure(float[] gradients, double largestNorm) {
        DeviceStepNumbers numbers = numbers().largestNorm(largestNorm);
        DeviceArray partials = DeviceArray.unset(Double.BYTES * RANGES);
        DeviceArray from = DeviceArray.floats(gradients);
        gpu.launch("gradient_squares", Grids.each(RANGES), partials, from, ranges);
        gpu.launch("gradient_norm", Grids.each(1), numbers.array(), partials, RANGES);
        return numbers;
    }

    @Test
    void shouldClipToTheLargestNormAllowed() {
        double squares = 0;
        for (int i = 0; i < LENGTH; i++) {
            squares += of.trained(i) ? (double) gradients[i] * gradients[i] : 0;
        }
        double norm = Math.sqrt(squares) * SCALE;

        DeviceStepNumbers clipped = measure(gradients, norm / 2);
        assertThat(clipped.norm()).as("seed=%s", seed).isCloseTo(norm, within(1e-12 * norm));
        assertThat(clipped.clip()).isCloseTo(0.5, within(1e-12));
        assertThat(clipped.finite()).isTrue();
        assertThat(measure(gradients, norm * 2).clip()).isEqualTo(1);
        assertThat(measure(gradients, 0).clip()).as("no limit").isEqualTo(1);
    }

    @Test
    void shouldSeeEveryGradientThatIsNotFinite() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            for (int place : new int[] {0, 3, 5003, 5004, LENGTH - 1}) {
                float[] spoiled = gradients.clone();
                spoiled[place] = bad;
                boolean finite = measure(spoiled, 0).finite();
                assertThat(finite).as("%s at %s", bad, place).isEqualTo(of.frozen(place));
            }
        }
        float[] large = gradients.clone();
        large[0] = Float.MAX_VALUE;
        assertThat(measure(large, 0).finite()).as("large is finite").isTrue();
    }

    @Test
    void shouldChangeNothingWhereGradientsAreNotFinite() {
        DeviceArray numbers = numbers().averageRate(0.5f).finite(false).array();
        DeviceArray w = DeviceArray.floats(parameters);
        DeviceArray other = DeviceArray.floats(gradients);
        DeviceArray from = DeviceArray.floats(gradients);
        Grid each = Grids.each(RANGES);

        gpu.launch("sgd_step", each, w, other, from, ranges, numbers, MOMENTUM);
        gpu.launch(
                "rmsprop_step",
                each,
                w,
                other,
                DeviceArray.floats(gradients),
                from,
                ranges,
                numbers,
                0.9f,
                MOMENTUM,
                1e-3f);
        gpu.launch("average_step", Grids.each(2), other, w, numbers, (long) LENGTH);

        assertSame("parameters", parameters, w.floats());
        assertSame("state", gradients, other.floats());
    }

    /** As the host's optimizer: an infinite mean square would stop its parameter for good. */
    @Test
    void shouldTellWhatFiniteGradientsMakeOfIt() {
        float[] large = gradients.clone();
        large[100] = 1e25f;
        float[] running = gradients.clone();
        running[5004] = Float.POSITIVE_INFINITY;
        assertThat(rmsPropBreaks(gradients)).isFalse();
        assertThat(rmsPropBreaks(large)).isTrue();
        assertThat(rmsPropBreaks(running)).isTrue();
    }

    private boolean rmsPropBreaks(float[] gradients) {
        DeviceStepNumbers numbers = numbers();
        gpu.launch(
                "rmsprop_step",
                Grids.each(RANGES),
                DeviceArray.floats(parameters),
                DeviceArray.floats(new float[LENGTH]),
                DeviceArray.floats(new float[LENGTH]),
                DeviceArray.floats(gradients),
                ranges,
                numbers.array(),
                0.9f,
                MOMENTUM,
                1e-3f);
        return numbers.broken();
    }

    @Test
    void shouldHalveTheLossScaleAtOverflowAndDoubleItAfterCalm() {
        DeviceStepNumbers numbers = numbers().lossScale(1024).finite(false).stepsAtScale(2);
        gpu.launch("update_loss_scale", Grids.each(1), numbers.array(), 3);
        assertThat(numbers.lossScale()).isEqualTo(512);
        assertThat(numbers.unscale()).isEqualTo(1 / 512f);
        assertThat(numbers.stepsAtScale()).isZero();

        numbers.finite(true);
        for (int step = 1; step < 3; step++) {
            gpu.launch("update_loss_scale", Grids.each(1), numbers.array(), 3);
            assertThat(numbers.lossScale()).isEqualTo(512);
            assertThat(numbers.stepsAtScale()).isEqualTo(step);
        }
        gpu.launch("update_loss_scale", Grids.each(1), numbers.array(), 3);
        assertThat(numbers.lossScale()).isEqualTo(1024);
        assertThat(numbers.unscale()).isEqualTo(1 / 1024f);
        assertThat(numbers.stepsAtScale()).isZero();
    }

    @Test
    void shouldKeepTheLossScaleWithinItsBounds() {
        DeviceStepNumbers least = numbers().lossScale(1).finite(false);
        gpu.launch("update_loss_scale", Grids.each(1), least.array(), 1);
        assertThat(least.lossScale()).isEqualTo(1);
        assertThat(least.broken()).as("nothing is left to lower").isTrue();

        DeviceStepNumbers low = numbers().lossScale(2).finite(false);
        gpu.launch("update_loss_scale", Grids.each(1), low.array(), 1);
        assertThat(low.lossScale()).isEqualTo(1);
        assertThat(low.broken()).isFalse();

        DeviceStepNumbers most = numbers().lossScale(0x1p24f);
        gpu.launch("update_loss_scale", Grids.each(1), most.array(), 1);
        assertThat(most.lossScale()).isEqualTo(0x1p24f);
    }
}
