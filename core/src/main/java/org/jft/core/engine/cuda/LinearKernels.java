package org.jft.core.engine.cuda;

import static org.jft.core.engine.cuda.ElementKernels.optional;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.cuda.driver.Blas;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionBackwardData;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionBackwardFilter;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionForward;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Node;

/**
 * Convolutions in cuDNN, dense layers in cuBLASLt. Both read copies of the weights in the order
 * [out, kh, kw, in] and the type of activations, standardised where the layer says so; gradients of
 * weights go back to the flat vector's.
 */
final class LinearKernels {
    /** A weight copy is of a node, and with a batch norm folded in or not. */
    private record CopyOf(Node node, boolean folded) {}

    /** A gradient in float32 is worth so many times the time of one in a short type. */
    private static final double NEARLY_AS_FAST = 1.05;

    private final Layouts layouts;
    private final ElementKernels elements;
    private final NormKernels norms;

    LinearKernels(Layouts layouts, ElementKernels elements, NormKernels norms) {
        this.layouts = layouts;
        this.elements = elements;
        this.norms = norms;
    }

    void forward(Task.Linear task, TaskBuilder builder) {
        Node node = task.group().head();
        LinearShape shape = LinearShape.of(layouts, node, task.from());
        Place weights;
        Optional<Place> bias;
        if (task.group().norm().isPresent()) {
            FoldedNorm folded =
                    FoldedNorm.of(builder.copies(), task.group().norm().get(), shape.bias());
            weights = weights(builder.copies(), shape, Optional.of(folded.factors()));
            bias = Optional.of(folded.bias());
        } else {
            weights = weights(builder.copies(), shape, Optional.empty());
            bias = shape.bias().map(Place::parameter);
        }
        boolean widened = layouts.widened(task.to());
        if (shape.dense()) {
            Element out = layouts.type(task.to());
            builder.step(
                    new Product(
                            product(
                                    shape.outputs(),
                                    layouts.rows(),
                                    shape.inputs(),
                                    true,
                                    false,
                                    out),
                            weights,
                            Place.of(task.from()),
                            Place.of(task.to())));
        } else {
            // A convolution writes the type it reads; what leaves the network is widened behind it.
            Place to = widened ? builder.scratch(shape.outputBytes()) : Place.of(task.to());
            DnnStep alone = convolution(shape, Place.of(task.from()), weights, to);
            builder.step(norms.convolution(task, alone, builder.copies()));
            if (widened) {
                builder.launch("cast_to_float", Grids.flat(layouts.count(task.to())))
                        .at(Place.of(task.to()))
                        .at(to)
                        .with(layouts.count(task.to()));
            }
        }
        if (bias.isPresent()
                || task.addend().isPresent()
                || task.group().activation().isPresent()) {
            elements.epilogue(builder, task.to(), bias, task.addend(), task.group().activation());
        }
        builder.flops(shape.flops());
    }

    private DnnStep convolution(LinearShape shape, Place x, Place w, Place y) {
        OperationGraph graph =
                new OperationGraph(
                        "convolution",
                        List.of(
                                new ConvolutionForward(
                                        shape.x(),
                                        shape.w(layouts.type()),
                                        shape.y(),
                                        shape.sliding())));
        return new DnnStep(graph, List.of(x, w, y));
    }

    void backwardData(Task.LinearBackwardData task, TaskBuilder builder) {
        LinearShape shape = LinearShape.of(layouts, task.node(), task.to());
        Place weights = weights(builder.copies(), shape, Optional.empty());
        Place dy = Place.of(task.from());
        Place dx = Place.of(task.to());
        if (shape.dense()) {
            Element out = layouts.type(task.to());
            builder.step(
                    new Product(
                            product(
                                    shape.inputs(),
                                    layouts.rows(),
                                    shape.outputs(),
                                    false,
                                    false,
                                    out),
                            weights,
                            dy,
                            dx));
        } else {
            OperationGraph graph =
                    new OperationGraph(
                            "convolution backward data",
                            List.of(
                                    new ConvolutionBackwardData(
                                            shape.y(),
                                            shape.w(layouts.type()),
                                            shape.x(),
                                            shape.sliding())));
            builder.step(new DnnStep(graph, List.of(dy, weights, dx)));
        }
        builder.flops(shape.flops());
    }

    void backwardWeights(Task.LinearBackwardWeights task, TaskBuilder builder) {
        LinearShape shape = LinearShape.of(layouts, task.node(), task.from());
        Place x = Place.of(task.from());
        Place dy = Place.of(task.gradient());
        Place dw = builder.scratch(Element.FLOAT.bytes(shape.copyLength()));
        if (shape.dense()) {
            builder.step(
                    new Product(
                            product(
                                    shape.inputs(),
                                    shape.outputs(),
                                    layouts.rows(),
                                    false,
                                    true,
                                    Element.FLOAT),
                            x,
                            dy,
                            dw));
            builder.step(toFlat(shape, dw, Element.FLOAT));
        } else {
            builder.step(filter(shape, x, dy, dw));
        }
        if (shape.standardized()) {
            builder.step(
                    FilterStatistics.of(builder.copies(), shape, Optional.empty()).backward(shape));
        }
        shape.bias().ifPresent(slice -> elements.biasGradient(builder, task.gradient(), slice));
        builder.flops(shape.flops());
    }

    /** A gradient of weights, summed in float32 and handed over in that or the short type. */
    private Step filter(LinearShape shape, Place x, Place dy, Place dw) {
        DnnStep exact = filter(shape, x, dy, dw, Element.FLOAT);
        Alternatives choice = new Alternatives(exact.graph().key(), NEARLY_AS_FAST);
        Map<Alternatives.Way, List<Step>> steps = new HashMap<>();
        steps.put(
                choice.way("float32", device -> true),
                List.of(exact, toFlat(shape, dw, Element.FLOAT)));
        if (layouts.type() != Element.FLOAT) {
            steps.put(
                    choice.way("the short type", device -> true),
                    List.of(
                            filter(shape, x, dy, dw, layouts.type()),
                            toFlat(shape, dw, layouts.type())));
        }
        return choice.part(steps);
    }

    private static DnnStep filter(LinearShape shape, Place x, Place dy, Place dw, Element type) {
        OperationGraph graph =
                new OperationGraph(
                        "convolution backward filter",
                        List.of(
                                new ConvolutionBackwardFilter(
                                        shape.x(), shape.y(), shape.w(type), shape.sliding())));
        return new DnnStep(graph, List.of(x, dy, dw));
    }

    private Step toFlat(LinearShape shape, Place from, Element type) {
        String suffix = type == layouts.type() ? "" : "_float";
        Launch launch;
        if (shape.depthwise()) {
            launch =
                    new Launch(
                            "depthwise_gradient_to_rsk" + suffix,
                            Grids.tiles(shape.weight().length()));
        } else {
            launch = new Launch("gradient_to_kcrs" + suffix, Grids.tiles(shape.weight().length()));
        }
        launch.at(Place.gradient(shape.weight())).at(from);
        if (layouts.scaled()) {
            launch.at(Place.unscale());
        } else {
            launch.none();
        }
        launch.with(shape.outputs());
        if (!shape.depthwise()) {
            launch.with(shape.copyChannels());
        }
        launch.with(shape.copyPixels());
        if (!shape.depthwise()) {
            launch.with(shape.paddedChannels());
        }
        return launch;
    }

    private Place weights(Copies copies, LinearShape shape, Optional<Place> folded) {
        Optional<FilterStatistics> filters =
                shape.standardized()
                        ? Optional.of(FilterStatistics.of(copies, shape, folded))
                        : Optional.empty();
        Optional<Place> means = filters.map(FilterStatistics::means);
        Optional<Place> factors = filters.map(FilterStatistics::factors).or(() -> folded);
        return copies.get(
                new CopyOf(shape.node(), folded.isPresent()),
                layouts.type().bytes(shape.copyLength()),
                place ->
                        shape.depthwise()
                                ? depthwiseCopy(shape, factors, place)
                                : copy(shape, means, factors, place));
    }

    private static Step depthwiseCopy(LinearShape shape, Optional<Place> factors, Place place) {
        Launch launch =
                new Launch("depthwise_to_krs", Grids.tiles(shape.copyLength()))
                        .at(place)
                        .at(Place.parameter(shape.weight()));
        return optional(launch, factors)
                .with(shape.outputs())
                .with(shape.copyPixels())
                .with(shape.outputs());
    }

    private static Step copy(
            LinearShape shape, Optional<Place> means, Optional<Place> factors, Place place) {
        Launch launch =
                new Launch("weights_to_krsc", Grids.tiles(shape.copyLength()))
                        .at(place)
                        .at(Place.parameter(shape.weight()));
        return optional(optional(launch, means), factors)
                .with(shape.outputs())
                .with(shape.copyChannels())
                .with(shape.copyPixels())
                .with(shape.outputs())
                .with(shape.paddedChannels());
    }

    private Blas.Product product(
            int rows, int columns, int depth, boolean transposeA, boolean transposeB, Element out) {
        boolean rounded = layouts.precision() != org.jft.core.config.EngineConfig.Precision.FP32;
        return new Blas.Product(
                rows, columns, depth, transposeA, transposeB, layouts.type(), out, rounded);
    }
}
