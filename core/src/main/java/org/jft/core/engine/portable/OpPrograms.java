package org.jft.core.engine.portable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Op.Activation.Function;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Shape;
import org.jft.core.engine.program.Value;
import org.jft.core.engine.program.Window;
import org.jft.core.engine.program.Window.Pair;

/**
 * Programs of one op, or of the few that fuse, in the shapes that residual networks give them, with
 * gradients of their inputs, but for the stem: where none are wanted, an input of three channels is
 * padded. Dropout has none: its masks are a matter of its own.
 */
final class OpPrograms {
    private static final Shape IMAGE = new Shape(64, 14, 14);
    private static final Shape RGB = new Shape(3, 32, 32);
    private static final float SLOPE = 0.5f;

    private final List<Value> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Slice> slices = new ArrayList<>();
    private int end; // of the slices

    private OpPrograms() {}

    /** Returns the programs by name. */
    static Map<String, PortableNetwork> all() {
        Map<String, PortableNetwork> all = new LinkedHashMap<>();
        convolutions(all);
        norms(all);
        pools(all);
        elements(all);
        OpPrograms dense = new OpPrograms();
        Value features = dense.input(new Shape(512, 1, 1));
        Op layer = new Op.Dense(dense.slice(Kind.WEIGHT, 512, 100), dense.bias(100));
        all.put("dense", dense.ending(dense.add(layer, Shape.ofVector(100), features)));
        return all;
    }

    private static void convolutions(Map<String, PortableNetwork> all) {
        all.put("convolution-1x1", convolution(IMAGE, 1, 1, 1, 0, 128));
        all.put("convolution-3x3", convolution(IMAGE, 3, 1, 1, 1, 64));
        all.put("convolution-3x3-stride-2", convolution(IMAGE, 3, 2, 1, 1, 128));
        all.put("convolution-3x3-dilation-2", convolution(IMAGE, 3, 1, 2, 2, 64));
        all.put("convolution-1x1-stride-2", convolution(IMAGE, 1, 2, 1, 0, 128));
        all.put("convolution-7x7-of-3", convolution(RGB, 7, 2, 1, 3, 64));
        OpPrograms stem = new OpPrograms();
        Value map = stem.convolved(RGB, window(7, 2, 1, 3), 64);
        all.put("convolution-7x7-stem", stem.ending(map, /* inputGradients= */ false));
        OpPrograms standardized = new OpPrograms();
        Window window = window(3, 1, 1, 1);
        all.put(
                "convolution-standardized",
                standardized.ending(standardized.convolved(IMAGE, window, 64, true)));
        OpPrograms depthwise = new OpPrograms();
        Op op =
                new Op.Convolution(
                        window,
                        true,
                        false,
                        depthwise.slice(Kind.WEIGHT, 3, 3, IMAGE.channels(), 1),
                        depthwise.bias(IMAGE.channels()));
        all.put(
                "convolution-depthwise",
                depthwise.ending(depthwise.add(op, IMAGE, depthwise.input(IMAGE))));
    }

    private static PortableNetwork convolution(
            Shape image, int kernel, int stride, int dilation, int padding, int channels) {
        OpPrograms program = new OpPrograms();
        Window window = window(kernel, stride, dilation, padding);
        return program.ending(program.convolved(image, window, channels));
    }

    private Value convolved(Shape image, Window window, int channels) {
        return convolved(image, window, channels, /* standardized= */ false);
    }

    private Value convolved(Shape image, Window window, int channels, boolean standardized) {
        Pair kernel = window.kernel();
        Slice weight =
                slice(
                        Kind.WEIGHT,
                        channels,
                        image.channels(),
                        kernel.vertical(),
                        kernel.horizontal());
        Op op = new Op.Convolution(window, false, standardized, weight, bias(channels));
        return add(op, window.apply(image, channels), input(image));
    }

    private static void norms(Map<String, PortableNetwork> all) {
        OpPrograms plain = new OpPrograms();
        all.put("norm", plain.ending(plain.norm(plain.input(IMAGE))));
        OpPrograms rectified = new OpPrograms();
        Value normed = rectified.norm(rectified.input(IMAGE));
        all.put("norm-relu", rectified.ending(rectified.add(relu(), IMAGE, normed)));
        OpPrograms residual = new OpPrograms();
        Value image = residual.input(IMAGE);
        Value skip = residual.input(IMAGE);
        Value sum = residual.add(new Op.Add(), IMAGE, residual.norm(image), skip);
        all.put("norm-add-relu", residual.ending(residual.add(relu(), IMAGE, sum)));
        OpPrograms groups = new OpPrograms();
        int channels = IMAGE.channels();
        Op groupNorm =
                new Op.GroupNorm(
                        32,
                        1e-5,
                        groups.slice(Kind.SCALE, channels),
                        groups.slice(Kind.SHIFT, channels));
        all.put("group-norm", groups.ending(groups.add(groupNorm, IMAGE, groups.input(IMAGE))));
    }

    private static void pools(Map<String, PortableNetwork> all) {
        Window window = window(3, 2, 1, 1);
        Shape half = window.apply(IMAGE, IMAGE.channels());
        all.put("pool-max", unary(new Op.Pool(Op.Pool.Kind.MAX, window, false), half));
        all.put("pool-average", unary(new Op.Pool(Op.Pool.Kind.AVERAGE, window, false), half));
        all.put(
                "pool-average-with-padding",
                unary(new Op.Pool(Op.Pool.Kind.AVERAGE, window, true), half));
        all.put(
                "pool-global",
                unary(
                        new Op.Pool(Op.Pool.Kind.AVERAGE, Window.over(IMAGE), false),
                        Shape.ofVector(IMAGE.channels())));
    }

    private static void elements(Map<String, PortableNetwork> all) {
        for (Function function : Function.values()) {
            String name = function.name().toLowerCase(Locale.ROOT).replace('_', '-');
            all.put(name, unary(new Op.Activation(function, alpha(function)), IMAGE));
        }
        OpPrograms sum = new OpPrograms();
        all.put(
                "add",
                sum.ending(sum.add(new Op.Add(), IMAGE, sum.input(IMAGE), sum.input(IMAGE))));
        OpPrograms concat = new OpPrograms();
        Shape both = new Shape(2 * IMAGE.channels(), IMAGE.height(), IMAGE.width());
        all.put(
                "concat",
                concat.ending(
                        concat.add(
                                new Op.Concat(), both, concat.input(IMAGE), concat.input(IMAGE))));
        Shape twice = new Shape(IMAGE.channels(), 2 * IMAGE.height(), 2 * IMAGE.width());
        all.put("resize-nearest", unary(new Op.Resize(Op.Resize.Method.NEAREST), twice));
        all.put("resize-bilinear", unary(new Op.Resize(Op.Resize.Method.BILINEAR), twice));
    }

    private static float alpha(Function function) {
        return switch (function) {
            case LEAKY_RELU, ELU, SWISH -> SLOPE;
            default -> 0;
        };
    }

    private static Op relu() {
        return new Op.Activation(Function.RELU, 0);
    }

    private static PortableNetwork unary(Op op, Shape result) {
        OpPrograms program = new OpPrograms();
        return program.ending(program.add(op, result, program.input(IMAGE)));
    }

    private static Window window(int kernel, int stride, int dilation, int padding) {
        return new Window(
                Pair.of(kernel),
                Pair.of(stride),
                Pair.of(dilation),
                Pair.of(padding),
                Pair.of(padding));
    }

    private Value input(Shape shape) {
        Value input = next("input" + inputs.size(), shape);
        inputs.add(input);
        return input;
    }

    private Value norm(Value image) {
        int channels = image.shape().channels();
        Op op =
                new Op.BatchNorm(
                        1e-5,
                        0.9,
                        slice(Kind.SCALE, channels),
                        slice(Kind.SHIFT, channels),
                        slice(Kind.RUNNING_MEAN, channels),
                        slice(Kind.RUNNING_VARIANCE, channels));
        return add(op, image.shape(), image);
    }

    private Value add(Op op, Shape shape, Value... from) {
        Value output = next(op.getClass().getSimpleName() + nodes.size(), shape);
        nodes.add(new Node(op, List.of(from), output, false));
        return output;
    }

    private Value next(String name, Shape shape) {
        return new Value(inputs.size() + nodes.size(), name, shape);
    }

    private Optional<Slice> bias(int channels) {
        return Optional.of(slice(Kind.BIAS, channels));
    }

    private Slice slice(Kind kind, long... shape) {
        int length = 1;
        List<Long> sides = new ArrayList<>();
        for (long side : shape) {
            length = Math.toIntExact(length * side);
            sides.add(side);
        }
        Slice slice = new Slice("layer", kind, end, length, sides);
        slices.add(slice);
        end += length;
        return slice;
    }

    private PortableNetwork ending(Value output) {
        return ending(output, /* inputGradients= */ true);
    }

    private PortableNetwork ending(Value output, boolean inputGradients) {
        return new PortableNetwork(
                new Program(inputs, nodes, List.of(output), inputGradients),
                new ParameterLayout(slices));
    }
}
