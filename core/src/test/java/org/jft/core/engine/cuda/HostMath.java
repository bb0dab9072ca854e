package org.jft.core.engine.cuda;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.ShortPointer;
import org.jft.core.engine.cuda.driver.Blas;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionBackwardData;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionBackwardFilter;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionForward;
import org.jft.core.engine.cuda.driver.OperationGraph.GenStats;
import org.jft.core.engine.cuda.driver.OperationGraph.NormBackward;
import org.jft.core.engine.cuda.driver.OperationGraph.NormForward;
import org.jft.core.engine.cuda.driver.OperationGraph.Operation;
import org.jft.core.engine.cuda.driver.OperationGraph.Pointwise;
import org.jft.core.engine.cuda.driver.OperationGraph.Sliding;

/**
 * What cuDNN and cuBLASLt compute, naively on the host from their specifications: arrays are [n, h,
 * w, c] in memory, filters [out, kh, kw, in / groups], matrices column-major.
 */
final class HostMath {
    private HostMath() {}

    static double[] read(long address, Element element, long count) {
        double[] values = new double[Math.toIntExact(count)];
        var memory = FakeGpu.pointer(address);
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (element) {
                        case FLOAT -> new FloatPointer(memory).get(i);
                        case BFLOAT16 ->
                                Float.intBitsToFloat(new ShortPointer(memory).get(i) << 16);
                        case HALF -> halfToFloat(new ShortPointer(memory).get(i));
                        case BIT -> new BytePointer(memory).get(i / 8) >> i % 8 & 1;
                    };
        }
        return values;
    }

    static void write(long address, Element element, double[] values) {
        var memory = FakeGpu.pointer(address);
        if (element == Element.BIT) {
            BytePointer bytes = new BytePointer(memory);
            for (int i = 0; i < values.length; i += 8) {
                int bits = 0;
                for (int j = i; j < Math.min(i + 8, values.length); j++) {
                    bits |= (values[j] != 0 ? 1 : 0) << j - i;
                }
                bytes.put(i / 8, (byte) bits);
            }
            return;
        }
        FloatPointer floats = new FloatPointer(memory);
        ShortPointer shorts = new ShortPointer(memory);
        for (int i = 0; i < values.length; i++) {
            float value = (float) values[i];
            if (element == Element.FLOAT) {
                floats.put(i, value);
            } else {
                shorts.put(i, element == Element.HALF ? floatToHalf(value) : bf16(value));
            }
        }
    }

    private static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) (bits + 0x7fff + (bits >> 16 & 1) >> 16);
    }

    static float halfToFloat(short half) {
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        float magnitude =
                exponent == 0
                        ? fraction * 0x1p-24f
                        : exponent == 31
                                ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN
                                : Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
        return half < 0 ? -magnitude : magnitude;
    }

    static short floatToHalf(float value) {
        int sign = Float.floatToRawIntBits(value) >> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return 0x7e00;
        }
        if (magnitude >= 65_520) {
            return (short) (sign | 0x7c00);
        }
        int exponent = Math.max(-14, Math.getExponent(magnitude));
        double steps = Math.rint(magnitude / Math.scalb(1.0, exponent - 10));
        int bits = (int) steps + (exponent + 14 << 10); // a carry runs into the exponent
        return (short) (sign | bits);
    }

    static void multiply(Blas.Product of, long a, long b, long d) {
        double[] left = read(a, of.in(), (long) of.rows() * of.depth());
        double[] right = read(b, of.in(), (long) of.depth() * of.columns());
        double[] result = new double[of.rows() * of.columns()];
        for (int j = 0; j < of.columns(); j++) {
            for (int i = 0; i < of.rows(); i++) {
                double sum = 0;
                for (int k = 0; k < of.depth(); k++) {
                    double x = left[of.transposeA() ? i * of.depth() + k : k * of.rows() + i];
                    double y = right[of.transposeB() ? k * of.columns() + j : j * of.depth() + k];
                    sum += x * y;
                }
                result[j * of.rows() + i] = sum;
            }
        }
        write(d, of.out(), result);
    }

    /** Computes a graph. */
    static void run(OperationGraph graph, long[] addresses) {
        Map<Array, double[]> values = new HashMap<>();
        Map<Array, Long> places = new HashMap<>();
        for (int i = 0; i < addresses.length; i++) {
            places.put(graph.bound().get(i), addresses[i]);
        }
        new HostMath.Interpreter(values, places).run(graph);
    }

    private record Interpreter(Map<Array, double[]> values, Map<Array, Long> places) {
        void run(OperationGraph graph) {
            for (Operation operation : graph.operations()) {
                if (operation instanceof ConvolutionForward it) {
                    convolve(it.x(), it.w(), it.y(), it.sliding(), 0);
                    put(it.y());
                } else if (operation instanceof ConvolutionBackwardData it) {
                    convolve(it.dx(), it.w(), it.dy(), it.sliding(), 1);
                    put(it.dx());
                } else if (operation instanceof ConvolutionBackwardFilter it) {
                    convolve(it.x(), it.dw(), it.dy(), it.sliding(), 2);
                    put(it.dw());
                } else if (operation instanceof Pointwise it) {
                    pointwise(it);
                } else if (operation instanceof GenStats it) {
                    sums(it);
                } else if (operation instanceof NormForward it) {
                    norm(it);
                } else if (operation instanceof NormBackward it) {
                    normBackward(it);
                }
            }
        }

        private static int count(Array array) {
            return (int) (array.n() * array.c() * array.h() * array.w());
        }

        private double[] get(Array array) {
            return values.computeIfAbsent(
                    array,
                    key ->
                            key.value().isPresent()
                                    ? new double[] {key.value().get()}
                                    : read(places.get(key), key.element(), count(key)));
        }

        private double[] fresh(Array array) {
            double[] zeros = new double[count(array)];
            values.put(array, zeros);
            return zeros;
        }

        /** Stores what is bound; what is read again has been rounded. */
        private void put(Array array) {
            if (array.bound()) {
                write(places.get(array), array.element(), values.get(array));
                values.put(array, read(places.get(array), array.element(), count(array)));
            }
        }

        /** The three products of a convolution, one of which is the result. */
        private void convolve(Array xs, Array ws, Array ys, Sliding s, int result) {
            double[] x = result == 1 ? fresh(xs) : get(xs);
            double[] w = result == 2 ? fresh(ws) : get(ws);
            double[] y = result == 0 ? fresh(ys) : get(ys);
            int groups = (int) (xs.c() / ws.c());
            int outs = (int) (ys.c() / groups);
            for (int n = 0; n < ys.n(); n++) {
                for (int oh = 0; oh < ys.h(); oh++) {
                    for (int ow = 0; ow < ys.w(); ow++) {
                        for (int r = 0; r < ws.h(); r++) {
                            for (int q = 0; q < ws.w(); q++) {
                                long h =
                                        oh * s.stride().get(0)
                                                - s.before().get(0)
                                                + r * s.dilation().get(0);
                                long v =
                                        ow * s.stride().get(1)
                                                - s.before().get(1)
                                                + q * s.dilation().get(1);
                                if (h < 0 || v < 0 || h >= xs.h() || v >= xs.w()) {
                                    continue;
                                }
                                int at = (int) (((n * xs.h() + h) * xs.w() + v) * xs.c());
                                int to = (int) (((n * ys.h() + oh) * ys.w() + ow) * ys.c());
                                for (int k = 0; k < ys.c(); k++) {
                                    int filter = (int) (((k * ws.h() + r) * ws.w() + q) * ws.c());
                                    int first = at + (int) (k / outs * ws.c());
                                    for (int c = 0; c < ws.c(); c++) {
                                        if (result == 0) {
                                            y[to + k] += x[first + c] * w[filter + c];
                                        } else if (result == 1) {
                                            x[first + c] += y[to + k] * w[filter + c];
                                        } else {
                                            w[filter + c] += y[to + k] * x[first + c];
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }

        private void pointwise(Pointwise it) {
            double[] x = get(it.x());
            double[] b = it.b().map(this::get).orElse(null);
            double[] y = fresh(it.y());
            for (int i = 0; i < y.length; i++) {
                double other = b == null ? 0 : b.length == 1 ? b[0] : b[i];
                y[i] =
                        switch (it.mode()) {
                            case ADD -> x[i] + other;
                            case MULTIPLY -> x[i] * other;
                            case RELU -> Math.max(x[i], 0);
                            case GREATER -> x[i] > other ? 1 : 0;
                        };
            }
            put(it.y());
        }

        private void sums(GenStats it) {
            double[] x = get(it.x());
            double[] sum = fresh(it.sum());
            double[] squares = fresh(it.squares());
            for (int i = 0; i < x.length; i++) {
                sum[i % sum.length] += x[i];
                squares[i % sum.length] += x[i] * x[i];
            }
            put(it.sum());
            put(it.squares());
        }

        private void norm(NormForward it) {
            double[] x = get(it.x());
            double[] y = fresh(it.y());
            double[] mean = fresh(it.mean());
            double[] inverse = fresh(it.inverse());
            int channels = (int) it.x().c();
            int rows = x.length / channels;
            for (int i = 0; i < x.length; i++) {
                mean[i % channels] += x[i] / rows;
            }
            for (int i = 0; i < x.length; i++) {
                inverse[i % channels] += Math.pow(x[i] - mean[i % channels], 2) / rows;
            }
            for (int c = 0; c < channels; c++) {
                inverse[c] = 1 / Math.sqrt(inverse[c] + get(it.epsilon())[0]);
            }
            for (int i = 0; i < x.length; i++) {
                int c = i % channels;
                y[i] = (x[i] - mean[c]) * inverse[c] * get(it.scale())[c] + get(it.shift())[c];
            }
            put(it.mean());
            put(it.inverse());
            put(it.y());
        }

        private void normBackward(NormBackward it) {
            double[] x = get(it.x());
            double[] dy = get(it.dy());
            double[] dx = fresh(it.dx());
            double[] dscale = fresh(it.dscale());
            double[] dshift = fresh(it.dshift());
            int channels = (int) it.x().c();
            int rows = x.length / channels;
            for (int i = 0; i < x.length; i++) {
                int c = i % channels;
                dshift[c] += dy[i];
                dscale[c] += dy[i] * (x[i] - get(it.mean())[c]) * get(it.inverse())[c];
            }
            for (int i = 0; i < x.length; i++) {
                int c = i % channels;
                double normed = (x[i] - get(it.mean())[c]) * get(it.inverse())[c];
                dx[i] =
                        get(it.scale())[c]
                                * get(it.inverse())[c]
                                * (dy[i] - dshift[c] / rows - normed * dscale[c] / rows);
            }
            put(it.dscale());
            put(it.dshift());
            put(it.dx());
        }
    }
}
