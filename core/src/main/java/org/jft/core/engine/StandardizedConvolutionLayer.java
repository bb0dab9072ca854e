package org.jft.core.engine;

import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.WEIGHT_KEY;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Runs a {@link StandardizedConvolution}: DL4J's convolution by other weights. With W as [out, in *
 * kh * kw], m and s the mean and standard deviation of a row, U = (W - m) / s, and backward dW =
 * (dU - mean(dU) - U mean(dU U)) / s.
 */
final class StandardizedConvolutionLayer extends ConvolutionLayer {
    private static final long serialVersionUID = 1L;

    StandardizedConvolutionLayer(NeuralNetConfiguration conf, DataType type) {
        super(conf, type);
    }

    @Override
    protected INDArray getParamWithNoise(
            String key, boolean training, LayerWorkspaceMgr workspaces) {
        INDArray raw = super.getParamWithNoise(key, training, workspaces);
        if (!key.equals(WEIGHT_KEY)) {
            return raw;
        }
        INDArray centred = centred(raw);
        return centred.diviColumnVector(deviation(centred)).reshape('c', raw.shape());
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
            INDArray epsilon, LayerWorkspaceMgr workspaces) {
        Pair<Gradient, INDArray> result = super.backpropGradient(epsilon, workspaces);
        INDArray gradient = gradientViews.get(WEIGHT_KEY); // of U, to become that of W
        INDArray unit = centred(params.get(WEIGHT_KEY));
        INDArray deviation = deviation(unit);
        unit.diviColumnVector(deviation);
        INDArray rows = rows(gradient);
        INDArray along = rows.mul(unit).mean(true, 1);
        INDArray inner =
                rows.subColumnVector(rows.mean(true, 1)).subi(unit.muliColumnVector(along));
        gradient.assign(inner.diviColumnVector(deviation).reshape('c', gradient.shape()));
        return result;
    }

    /** Returns a copy, [out, in * kh * kw], less the mean of each row. */
    private static INDArray centred(INDArray weights) {
        INDArray rows = rows(weights);
        return rows.subColumnVector(rows.mean(true, 1));
    }

    private static INDArray rows(INDArray weights) {
        return weights.reshape('c', weights.size(0), weights.length() / weights.size(0));
    }

    private static INDArray deviation(INDArray centred) {
        INDArray variance = centred.mul(centred).mean(true, 1);
        return Transforms.sqrt(variance.addi(StandardizedConvolution.EPSILON), false);
    }
}
