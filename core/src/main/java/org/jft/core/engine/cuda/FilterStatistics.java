package org.jft.core.engine.cuda;

import java.util.Optional;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;

/**
 * What standardises the weights of a convolution, one number a filter: the copy that cuDNN reads is
 * (weight - mean) * factor. Made with the copies of a pass, so backward finds them where forward
 * left them.
 */
record FilterStatistics(Place means, Place factors) {
    private record Of(Node node, boolean folded) {}

    /**
     * Adds the computation to the copies of a pass, once.
     *
     * @param folded factors of a batch norm behind the convolution; they multiply in
     */
    static FilterStatistics of(Copies copies, LinearShape shape, Optional<Place> folded) {
        long bytes = TaskBuilder.roundUp((long) Float.BYTES * shape.outputs());
        Place means =
                copies.get(
                        new Of(shape.node(), folded.isPresent()),
                        2 * bytes,
                        place -> statistics(shape, folded, place, place.plus(bytes)));
        return new FilterStatistics(means, means.plus(bytes));
    }

    private static Step statistics(
            LinearShape shape, Optional<Place> folded, Place means, Place factors) {
        Launch launch =
                new Launch("filter_statistics", Grids.each(shape.outputs()))
                        .at(means)
                        .at(factors)
                        .at(Place.parameter(shape.weight()));
        return ElementKernels.optional(launch, folded)
                .with(length(shape))
                .with(Op.Convolution.STANDARDIZING_EPSILON);
    }

    private static int length(LinearShape shape) {
        return shape.weight().length() / shape.outputs();
    }

    /** Returns what turns the gradient of standardised weights, in place, into the weights' own. */
    Step backward(LinearShape shape) {
        Slice weight = shape.weight();
        return new Launch("filter_backward", Grids.each(shape.outputs()))
                .at(Place.gradient(weight))
                .at(Place.parameter(weight))
                .at(means)
                .at(factors)
                .with(length(shape));
    }
}
