package org.jft.core.engine.cuda;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class NormBackwardKernelsTest extends KernelContract {
    private static final float UNSCALE = 0.5f;

    /** Where the gradient meets the rectifier. */
    private enum Rectifier {
        NONE,
        BY_MASK,
        BY_OUTPUT
    }

    /** d y_j / d x_i = scale / std (delta_ij - 1 / n - xhat_i xhat_j / n), summed over j. */
    private static double[] inputGradient(NormCase norm, double[] gradient, boolean frozen) {
        double[] to = new double[gradient.length];
        for (int i = 0; i < to.length; i++) {
            int channel = i % norm.c;
            for (int j = channel; j < to.length; j += norm.c) {
                double through = norm.normal(i) * norm.normal(j);
                double moved = frozen ? 0 : (1 + through) / norm.rows;
                to[i] += gradient[j] * ((i == j ? 1 : 0) - moved);
            }
            to[i] *= norm.scale[channel] * norm.inverse(channel);
        }
        return to;
    }

    /** What a backward pass reads and leaves. */
    private final class Pass {
        final NormCase norm;
        final Rectifier rectifier;
        final float[] gradient;
        final double[] through; // behind the rectifier
        final DeviceArray from;
        final DeviceArray x;
        final DeviceArray outputs;
        final DeviceArray mask;
        final DeviceArray mean;
        final DeviceArray variance;
        final DeviceArray sums;
        final DeviceArray shiftGradient;
        final DeviceArray scaleGradient;
        final DeviceArray dx;

        Pass(NormCase norm, Rectifier rectifier) {
            this.norm = norm;
            this.rectifier = rectifier;
            double[] y = norm.output(true, true);
            float[] output = new float[y.length];
            Arrays.setAll(y, i -> output[i] = norm.format.round((float) y[i]));
            gradient = gaussian(norm.format, y.length);
            through = new double[y.length];
            boolean rectified = rectifier != Rectifier.NONE;
            Arrays.setAll(through, i -> rectified && output[i] <= 0 ? 0 : gradient[i]);
            from = DeviceArray.of(norm.format, gradient);
            x = DeviceArray.of(norm.format, norm.x);
            boolean byMask = rectifier == Rectifier.BY_MASK;
            mask = byMask ? DeviceArray.bytes(NormCase.bits(output)) : null;
            boolean byOutput = rectifier == Rectifier.BY_OUTPUT;
            outputs = byOutput ? DeviceArray.of(norm.format, output) : null;
            mean = DeviceArray.floats(norm.mean);
            variance = DeviceArray.floats(norm.variance);
            sums = DeviceArray.unsetFloats(2 * norm.c);
            shiftGradient = DeviceArray.unsetFloats(norm.c).asSlice();
            scaleGradient = DeviceArray.unsetFloats(norm.c).asSlice();
            dx = DeviceArray.unset(norm.format, y.length);
        }

        /** Where there is an addend, its gradient replaces the one of the output. */
        DeviceArray addendGradient() {
            return rectifier == Rectifier.BY_OUTPUT ? from : null;
        }

        void sum(int chunks) {
            HostGpu gpu = HostGpu.of(norm.format);
            int c = norm.c;
            DeviceArray partials = DeviceArray.unsetFloats(2 * chunks * c);
            gpu.launch(
                    "norm_backward_partial",
                    Grids.columns(c, chunks),
                    partials,
                    from,
                    x,
                    outputs,
                    mask,
                    mean,
                    variance,
                    (long) norm.rows,
                    c,
                    NormCase.EPSILON);
            DeviceArray unscale = DeviceArray.floats(UNSCALE);
            gpu.launch(
                    "norm_backward_sums",
                    Grids.combine(c),
                    sums,
                    shiftGradient,
                    scaleGradient,
                    partials,
                    unscale,
                    c,
                    chunks);
        }

        void propagate(DeviceArray to, DeviceArray sumsOrNull) {
            HostGpu.of(norm.format)
                    .launch(
                            "norm_backward_data",
                            Grids.flat(gradient.length),
                            to,
                            addendGradient(),
                            from,
                            x,
                            outputs,
                            mask,
                            mean,
                            variance,
                            DeviceArray.floats(norm.scale).asSlice(),
                            sumsOrNull,
                            (long) norm.rows,
                            norm.c,
                            NormCase.EPSILON);
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldPropagateGradientsThroughRectifierAndStatistics(Format format) {
        for (int[] shape : NormCase.SHAPES) {
            for (Rectifier rectifier : Rectifier.values()) {
                NormCase norm = new NormCase(this, format, shape[0], shape[1]);
                Pass pass = new Pass(norm, rectifier);
                pass.sum(shape[2]);
                pass.propagate(pass.dx, pass.sums);
                check(pass, "%s, %s, chunks=%s".formatted(norm, rectifier, shape[2]));
            }
        }
    }

    private void check(Pass pass, String what) {
        int c = pass.norm.c;
        double[] shift = new double[c];
        double[] scale = new double[c];
        for (int i = 0; i < pass.through.length; i++) {
            shift[i % c] += UNSCALE * pass.through[i];
            scale[i % c] += UNSCALE * pass.through[i] * pass.norm.normal(i);
        }
        double slack = FLOAT * (10 + pass.norm.rows);
        assertNear("shift, " + what, shift, pass.shiftGradient.floats(), Format.FP32, slack);
        assertNear("scale, " + what, scale, pass.scaleGradient.floats(), Format.FP32, slack);
        // A single row has variance 0: scale / std is large, and multiplies what cancels.
        double steep = 10 * FLOAT / Math.sqrt(NormCase.EPSILON);
        Format format = pass.norm.format;
        double[] expected = inputGradient(pass.norm, pass.through, false);
        assertNear("input, " + what, expected, pass.dx.values(format), format, steep);
        if (pass.addendGradient() != null) {
            float[] rectified = NormCase.narrow(pass.through);
            assertSame("addend, " + what, rectified, pass.from.values(format));
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldTreatStatisticsAsConstantsWhereFrozen(Format format) {
        Pass pass = new Pass(new NormCase(this, format, 9, 12), Rectifier.NONE);
        double[] expected = inputGradient(pass.norm, pass.through, true);

        pass.propagate(pass.from, null);

        assertNear("frozen", expected, pass.from.values(format), format, 4 * FLOAT);
    }
}
