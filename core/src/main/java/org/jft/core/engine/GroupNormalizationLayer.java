package org.jft.core.engine;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Runs a {@link GroupNormalization}. With a group of an image as a row x of M values, x' = (x -
 * mean) / s and g = gamma dy:
 *
 * <pre>
 *   dbeta = sum dy,   dgamma = sum dy x'      over rows and pixels of a channel
 *   dx = (g - mean(g) - x' mean(g x')) / s
 * </pre>
 */
final class GroupNormalizationLayer extends BaseLayer<GroupNormalization> {
    private static final long serialVersionUID = 1L;
    private static final int CHANNEL_AXIS = 1;
    private static final int[] OTHER_AXES = {0, 2, 3};

    GroupNormalizationLayer(NeuralNetConfiguration conf, DataType type) {
        super(conf, type);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray normal = centre(rows(input));
        normal.diviColumnVector(deviation(normal));
        INDArray result =
                workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, input.shape(), 'c');
        INDArray image = normal.reshape('c', input.shape());
        Nd4j.exec(
                new BroadcastMulOp(
                        image, params.get(GroupNormalization.GAMMA), result, CHANNEL_AXIS));
        Nd4j.exec(
                new BroadcastAddOp(
                        result, params.get(GroupNormalization.BETA), result, CHANNEL_AXIS));
        return result;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
            INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray normal = centre(rows(input));
        INDArray deviation = deviation(normal);
        normal.diviColumnVector(deviation);
        INDArray gradient = epsilon.dup('c');
        INDArray gamma = gradientViews.get(GroupNormalization.GAMMA);
        INDArray beta = gradientViews.get(GroupNormalization.BETA);
        gamma.assign(gradient.mul(normal.reshape('c', input.shape())).sum(OTHER_AXES));
        beta.assign(gradient.sum(OTHER_AXES));
        Nd4j.exec(
                new BroadcastMulOp(
                        gradient, params.get(GroupNormalization.GAMMA), gradient, CHANNEL_AXIS));
        INDArray scaled = gradient.reshape('c', normal.shape());
        INDArray along = scaled.mul(normal).mean(true, 1);
        centre(scaled).subi(normal.muliColumnVector(along)).diviColumnVector(deviation);
        INDArray result =
                workspaces
                        .createUninitialized(
                                ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c')
                        .assign(scaled.reshape('c', input.shape()));
        Gradient ofParameters = new DefaultGradient();
        ofParameters.setGradientFor(GroupNormalization.GAMMA, gamma);
        ofParameters.setGradientFor(GroupNormalization.BETA, beta);
        return new Pair<>(ofParameters, result);
    }

    /** Returns a copy, [N groups, M]. */
    private INDArray rows(INDArray image) {
        long rows = image.size(0) * layerConf().getGroups();
        return image.dup('c').reshape('c', rows, image.length() / rows);
    }

    /** Takes the mean off each row, in place. */
    private static INDArray centre(INDArray rows) {
        return rows.subiColumnVector(rows.mean(true, 1));
    }

    private INDArray deviation(INDArray centred) {
        INDArray variance = centred.mul(centred).mean(true, 1);
        return Transforms.sqrt(variance.addi(layerConf().getEpsilon()), false);
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
