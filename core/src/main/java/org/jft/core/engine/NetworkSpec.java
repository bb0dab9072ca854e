package org.jft.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * What an engine compiles: a DL4J graph without a loss, and the shape of one row of each input
 * (DL4J's configuration forgets it).
 */
public record NetworkSpec(ComputationGraphConfiguration graph, List<InputType> inputTypes) {
    public NetworkSpec {
        inputTypes = List.copyOf(inputTypes);
        checkArgument(
                inputTypes.size() == graph.getNetworkInputs().size(),
                "the graph has the inputs %s, but %s shapes were given",
                graph.getNetworkInputs(),
                inputTypes.size());
    }

    /** Returns a network over square RGB images. */
    public static NetworkSpec ofImages(ComputationGraphConfiguration graph, int size) {
        return new NetworkSpec(graph, List.of(InputType.convolutional(size, size, 3)));
    }
}
