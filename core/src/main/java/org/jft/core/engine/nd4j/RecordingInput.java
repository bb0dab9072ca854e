package org.jft.core.engine.nd4j;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.InputVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * An input that copies the gradient it hears of. DL4J tells an input vertex its gradient, summed up
 * reader by reader, and then lets go of the memory it lies in.
 */
@SuppressWarnings("overrides") // DL4J's own setInputs drops the dots of its interface
final class RecordingInput extends InputVertex {
    private static final long serialVersionUID = 1L;

    private final transient INDArray target; // [batchSize, ...]

    RecordingInput(ComputationGraph graph, InputVertex stock, INDArray target) {
        super(
                graph,
                stock.getVertexName(),
                stock.getVertexIndex(),
                stock.getOutputVertices(),
                DataType.FLOAT);
        this.target = target;
    }

    @Override
    public void setEpsilon(INDArray epsilon) {
        super.setEpsilon(epsilon);
        if (epsilon != null) {
            INDArray rows = target.get(NDArrayIndex.interval(0, epsilon.size(0)));
            rows.assign(epsilon.reshape(rows.shape()));
        }
    }
}
