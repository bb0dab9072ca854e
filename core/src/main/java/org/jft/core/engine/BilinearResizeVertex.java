package org.jft.core.engine;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a {@link BilinearResize}. Each plane X [h, w] becomes A X B', where row i of A [height, h]
 * and of B [width, w] holds the two weights of output pixel i; backward is A' dY B.
 */
@SuppressWarnings("overrides") // DL4J's own setInputs drops the dots of its interface
final class BilinearResizeVertex extends BaseGraphVertex {
    private static final long serialVersionUID = 1L;

    private final int height;
    private final int width;
    private transient INDArray rows; // A
    private transient INDArray columns; // B

    BilinearResizeVertex(
            ComputationGraph graph, String name, int index, BilinearResize conf, DataType type) {
        super(graph, name, index, null, null, type);
        height = conf.height();
        width = conf.width();
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray image = inputs[0]; // [N, C, h, w]
        rows = weights(rows, height, image.size(2));
        columns = weights(columns, width, image.size(3));
        INDArray result =
                workspaces.createUninitialized(
                        ArrayType.ACTIVATIONS,
                        dataType,
                        new long[] {image.size(0), image.size(1), height, width},
                        'c');
        return resample(image, rows, columns, result);
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        INDArray result =
                workspaces.createUninitialized(
                        ArrayType.ACTIVATION_GRAD,
                        dataType,
                        new long[] {
                            epsilon.size(0), epsilon.size(1), rows.size(1), columns.size(1)
                        },
                        'c');
        resample(epsilon, rows.transpose(), columns.transpose(), result);
        return new Pair<>(null, new INDArray[] {result});
    }

    /** One side of the image at a time: [N C h, w] by B', turned over, [N C width, h] by A'. */
    private static INDArray resample(
            INDArray image, INDArray rows, INDArray columns, INDArray result) {
        long planes = image.size(0) * image.size(1);
        INDArray across =
                image.reshape('c', planes * image.size(2), image.size(3))
                        .mmul(columns.transpose())
                        .reshape('c', planes, image.size(2), columns.size(0));
        INDArray down =
                across.permute(0, 2, 1)
                        .dup('c')
                        .reshape('c', planes * columns.size(0), image.size(2))
                        .mmul(rows.transpose())
                        .reshape('c', planes, columns.size(0), rows.size(0));
        return result.assign(down.permute(0, 2, 1).dup('c').reshape('c', result.shape()));
    }

    /** Returns the matrix [out, in] that resamples one side, the given one if it fits. */
    private static INDArray weights(INDArray known, int out, long in) {
        if (known != null && known.size(1) == in) {
            return known;
        }
        float[][] weights = new float[out][(int) in];
        double scale = (double) in / out;
        for (int i = 0; i < out; i++) {
            double position = Math.max(0, (i + 0.5) * scale - 0.5);
            int left = (int) position;
            int right = Math.min(left + 1, (int) in - 1);
            weights[i][left] += (float) (1 - (position - left));
            weights[i][right] += (float) (position - left);
        }
        try (var outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return Nd4j.createFromArray(weights);
        }
    }

    @Override
    public boolean hasLayer() {
        return false;
    }

    @Override
    public Layer getLayer() {
        return null;
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray gradients) {
        if (gradients != null) {
            throw new IllegalArgumentException("a resize has no parameters");
        }
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArrays(
            INDArray[] masks, MaskState state, int batchSize) {
        return masks == null || masks.length == 0 ? null : new Pair<>(masks[0], state);
    }

    @Override
    public String toString() {
        return "BilinearResizeVertex(%s, %d, %d)".formatted(getVertexName(), height, width);
    }
}
