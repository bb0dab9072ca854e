package org.jft.core.engine.program;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Op.Activation;

/** Runs one row through a program at evaluation, by the definitions, in double precision. */
final class ProgramInterpreter {
    private final Program program;
    private final float[] parameters;
    private final Map<Value, double[]> values = new HashMap<>();

    ProgramInterpreter(Program program, float[] parameters) {
        this.program = program;
        this.parameters = parameters;
    }

    /** Returns the outputs, row-major C, H, W. */
    List<double[]> run(List<double[]> inputs) {
        values.clear();
        for (int i = 0; i < inputs.size(); i++) {
            values.put(program.inputs().get(i), inputs.get(i));
        }
        for (Node node : program.nodes()) {
            values.put(node.output(), result(node));
        }
        return program.outputs().stream().map(values::get).toList();
    }

    private double[] result(Node node) {
        Op op = node.op();
        double[] x = values.get(node.input());
        if (op instanceof Op.Convolution convolution) {
            return convolution(node, convolution, x);
        } else if (op instanceof Op.Dense dense) {
            return dense(node, dense, x);
        } else if (op instanceof Op.BatchNorm norm) {
            return batchNorm(node, norm, x);
        } else if (op instanceof Op.GroupNorm norm) {
            return groupNorm(node, norm, x);
        } else if (op instanceof Op.Activation function) {
            return Arrays.stream(x).map(v -> activate(function, v)).toArray();
        } else if (op instanceof Op.Add) {
            double[] y = values.get(node.inputs().get(1));
            double[] sum = x.clone();
            Arrays.setAll(sum, i -> x[i] + y[i]);
            return sum;
        } else if (op instanceof Op.Pool pool) {
            return pool(node, pool, x);
        } else if (op instanceof Op.Concat) {
            return node.inputs().stream()
                    .map(values::get)
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
        } else if (op instanceof Op.Resize resize) {
            return resize(node, resize, x);
        }
        return x; // dropout
    }

    private double[] convolution(Node node, Op.Convolution op, double[] x) {
        Shape in = node.input().shape();
        Shape out = node.output().shape();
        Window w = op.window();
        int inGroup = in.channels() / op.groups(in.channels());
        int outGroup = out.channels() / op.groups(in.channels());
        double[] weights = weights(op, out.channels());
        double[] y = new double[out.elements()];
        int at = 0;
        for (int o = 0; o < out.channels(); o++) {
            for (int row = 0; row < out.height(); row++) {
                for (int column = 0; column < out.width(); column++, at++) {
                    double sum = op.bias().isPresent() ? get(op.bias().get(), o) : 0;
                    for (int i = 0; i < inGroup; i++) {
                        int channel = o / outGroup * inGroup + i;
                        for (int k = 0; k < kernelArea(w); k++) {
                            double pixel = pixel(x, in, channel, w, row, column, k);
                            int place =
                                    op.depthwise()
                                            ? k * out.channels() + o // [kh, kw, in, multiplier]
                                            : (o * inGroup + i) * kernelArea(w) + k;
                            double weight = weights[place];
                            sum += Double.isNaN(pixel) ? 0 : weight * pixel;
                        }
                    }
                    y[at] = sum;
                }
            }
        }
        return y;
    }

    private double[] weights(Op.Convolution op, int out) {
        double[] weights = new double[op.weight().length()];
        Arrays.setAll(weights, i -> get(op.weight(), i));
        int row = weights.length / out;
        for (int o = 0; op.standardized() && o < out; o++) {
            normalize(weights, o * row, row, Op.Convolution.STANDARDIZING_EPSILON);
        }
        return weights;
    }

    private static void normalize(double[] values, int from, int count, double epsilon) {
        double[] part = Arrays.copyOfRange(values, from, from + count);
        double mean = Arrays.stream(part).average().orElseThrow();
        double variance = Arrays.stream(part).map(v -> (v - mean) * (v - mean)).sum() / count;
        for (int i = 0; i < count; i++) {
            values[from + i] = (part[i] - mean) / Math.sqrt(variance + epsilon);
        }
    }

    private double[] groupNorm(Node node, Op.GroupNorm op, double[] x) {
        int plane = x.length / node.output().shape().channels();
        double[] y = x.clone();
        int ofGroup = x.length / op.groups();
        for (int group = 0; group < op.groups(); group++) {
            normalize(y, group * ofGroup, ofGroup, op.epsilon());
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = y[i] * get(op.scale(), i / plane) + get(op.shift(), i / plane);
        }
        return y;
    }

    private double[] pool(Node node, Op.Pool op, double[] x) {
        Shape out = node.output().shape();
        double[] y = new double[out.elements()];
        int at = 0;
        for (int channel = 0; channel < out.channels(); channel++) {
            for (int row = 0; row < out.height(); row++) {
                for (int column = 0; column < out.width(); column++, at++) {
                    double sum = 0;
                    double largest = Double.NEGATIVE_INFINITY;
                    int seen = 0;
                    for (int k = 0; k < kernelArea(op.window()); k++) {
                        double pixel =
                                pixel(
                                        x,
                                        node.input().shape(),
                                        channel,
                                        op.window(),
                                        row,
                                        column,
                                        k);
                        if (!Double.isNaN(pixel)) {
                            sum += pixel;
                            largest = Math.max(largest, pixel);
                            seen++;
                        }
                    }
                    int divisor = op.countPadding() ? kernelArea(op.window()) : seen;
                    y[at] = op.kind() == Op.Pool.Kind.MAX ? largest : sum / divisor;
                }
            }
        }
        return y;
    }

    private static int kernelArea(Window window) {
        return window.kernel().vertical() * window.kernel().horizontal();
    }

    /** The pixel under element k of a window, or NaN in the padding. */
    private static double pixel(
            double[] x, Shape shape, int channel, Window w, int row, int column, int k) {
        int down = k / w.kernel().horizontal();
        int across = k % w.kernel().horizontal();
        int y =
                row * w.stride().vertical()
                        + down * w.dilation().vertical()
                        - w.before().vertical();
        int z =
                column * w.stride().horizontal()
                        + across * w.dilation().horizontal()
                        - w.before().horizontal();
        boolean inside = y >= 0 && y < shape.height() && z >= 0 && z < shape.width();
        return inside ? x[(channel * shape.height() + y) * shape.width() + z] : Double.NaN;
    }

    private double[] dense(Node node, Op.Dense op, double[] x) {
        double[] y = new double[node.output().shape().elements()];
        for (int o = 0; o < y.length; o++) {
            y[o] = op.bias().isPresent() ? get(op.bias().get(), o) : 0;
            for (int i = 0; i < x.length; i++) {
                y[o] += get(op.weight(), o * x.length + i) * x[i];
            }
        }
        return y;
    }

    private double[] batchNorm(Node node, Op.BatchNorm op, double[] x) {
        int plane = x.length / node.output().shape().channels();
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int c = i / plane;
            double std = Math.sqrt(get(op.variance(), c) + op.epsilon());
            y[i] = (x[i] - get(op.mean(), c)) / std * get(op.scale(), c) + get(op.shift(), c);
        }
        return y;
    }

    private static double activate(Activation op, double x) {
        double alpha = op.alpha();
        return switch (op.function()) {
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : alpha * x;
            case RELU6 -> Math.min(Math.max(x, 0), 6);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case ELU -> x > 0 ? x : alpha * Math.expm1(x);
            case SWISH -> x / (1 + Math.exp(-alpha * x));
        };
    }

    private static double[] resize(Node node, Op.Resize op, double[] x) {
        Shape in = node.input().shape();
        Shape out = node.output().shape();
        double[] y = new double[out.elements()];
        int at = 0;
        for (int channel = 0; channel < out.channels(); channel++) {
            for (int row = 0; row < out.height(); row++) {
                for (int column = 0; column < out.width(); column++, at++) {
                    double down = (row + 0.5) * in.height() / out.height() - 0.5;
                    double across = (column + 0.5) * in.width() / out.width() - 0.5;
                    if (op.method() == Op.Resize.Method.NEAREST) {
                        down = Math.round(down);
                        across = Math.round(across);
                    }
                    for (int r = 0; r < in.height(); r++) {
                        for (int c = 0; c < in.width(); c++) {
                            y[at] +=
                                    hat(down, r, in.height())
                                            * hat(across, c, in.width())
                                            * x[(channel * in.height() + r) * in.width() + c];
                        }
                    }
                }
            }
        }
        return y;
    }

    /** The weight of a pixel at a position: a tent around it, the border pixels going on. */
    private static double hat(double position, int pixel, int side) {
        double inside = Math.min(Math.max(position, 0), side - 1);
        return Math.max(0, 1 - Math.abs(inside - pixel));
    }

    private double get(Slice slice, int index) {
        return parameters[slice.offset() + index];
    }
}
