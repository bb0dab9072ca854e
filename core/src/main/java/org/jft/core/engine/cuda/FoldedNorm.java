package org.jft.core.engine.cuda;

import java.util.Optional;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;

/**
 * A batch norm with known statistics as a factor of the weights and a bias, one number a channel.
 */
record FoldedNorm(Place factors, Place bias) {
    /** Adds the computation to the copies of a pass. */
    static FoldedNorm of(Copies copies, Node node, Optional<Slice> biasBefore) {
        Op.BatchNorm norm = (Op.BatchNorm) node.op();
        int channels = norm.scale().length();
        long bytes = (long) Float.BYTES * channels;
        FoldedNorm folded = new FoldedNorm(copies.reserve(bytes), copies.reserve(bytes));
        Launch launch =
                new Launch("fold_norm", Grids.channels(channels))
                        .at(folded.factors())
                        .at(folded.bias());
        if (biasBefore.isPresent()) {
            launch.at(Place.parameter(biasBefore.get()));
        } else {
            launch.none();
        }
        copies.add(
                launch.at(Place.parameter(norm.scale()))
                        .at(Place.parameter(norm.shift()))
                        .at(Place.parameter(norm.mean()))
                        .at(Place.parameter(norm.variance()))
                        .with(channels)
                        .with((float) norm.epsilon()));
        return folded;
    }
}
