package org.jft.core.engine.nd4j;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_MEAN;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Batch normalization over [N, C, H, W] or [N, C] by libnd4j's {@code moments} and {@code
 * batchnorm}, with the backward pass written as one affine map per channel. With m = N*H*W, xhat =
 * (x - mean) / std:
 *
 * <pre>
 *   dbeta = sum dy,   dgamma = sum dy * xhat
 *   dx = gamma / std * (dy - dbeta / m - xhat * dgamma / m)
 * </pre>
 *
 * <p>The variance is the biased one, in the running statistics too (DL4J's convention; PyTorch
 * stores m / (m - 1) of it).
 *
 * <p>A frozen one uses its running statistics in training, too; they are constants then, and all
 * its gradients zero.
 */
final class OpBatchNormalization extends BatchNormalization {
    private static final long serialVersionUID = 1L;
    private static final int CHANNEL_AXIS = 1;
    private static final int[] OTHER_AXES_OF_IMAGES = {0, 2, 3};
    private static final int[] OTHER_AXES_OF_VECTORS = {0};

    private final transient org.deeplearning4j.nn.conf.layers.BatchNormalization layer;
    private final transient boolean frozen;
    private final transient INDArray batchMean;
    private final transient INDArray batchVariance;

    OpBatchNormalization(
            NeuralNetConfiguration conf,
            org.deeplearning4j.nn.conf.layers.BatchNormalization layer,
            boolean frozen) {
        super(conf, DataType.FLOAT);
        this.layer = layer;
        this.frozen = frozen;
        try (var outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            batchMean = Nd4j.create(DataType.FLOAT, layer.getNOut());
            batchVariance = Nd4j.create(DataType.FLOAT, layer.getNOut());
        }
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        boolean measured = training && !frozen;
        INDArray mean = measured ? batchMean : channel(params.get(GLOBAL_MEAN));
        INDArray variance = measured ? batchVariance : channel(params.get(GLOBAL_VAR));
        if (measured) {
            Nd4j.exec(
                    DynamicCustomOp.builder("moments")
                            .addInputs(input)
                            .addIntegerArguments(otherAxes())
                            .addBooleanArguments(false)
                            .addOutputs(mean, variance)
                            .build());
        }
        INDArray output =
                workspaceMgr.createUninitialized(
                        ArrayType.ACTIVATIONS, DataType.FLOAT, input.shape(), 'c');
        normalize(
                input,
                mean,
                variance,
                channel(params.get(GAMMA)),
                channel(params.get(BETA)),
                layer.getEps(),
                output);
        return output;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
            INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(true);
        if (frozen) {
            return frozenBackprop(epsilon, workspaceMgr);
        }
        double m = (double) input.length() / input.size(CHANNEL_AXIS);
        INDArray inverseStd = batchVariance.add(layer.getEps());
        Nd4j.getExecutioner()
                .exec(new org.nd4j.linalg.api.ops.impl.transforms.floating.RSqrt(inverseStd));
        INDArray sum = epsilon.sum(otherAxes());
        // sum dy * xhat = (sum dy * x - mean * sum dy) / std; mean-centred first, since the
        // difference of two large sums would lose the digits that matter.
        INDArray dx =
                workspaceMgr.createUninitialized(
                        ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
        INDArray ones = Nd4j.ones(DataType.FLOAT, layer.getNOut());
        INDArray zeros = Nd4j.zeros(DataType.FLOAT, layer.getNOut());
        INDArray xhat = Nd4j.createUninitialized(DataType.FLOAT, input.shape(), 'c');
        normalize(input, batchMean, batchVariance, ones, zeros, layer.getEps(), xhat);
        INDArray scaleGradient = epsilon.mul(xhat, dx).sum(otherAxes());

        INDArray scale = channel(params.get(GAMMA)).mul(inverseStd); // gamma / std, [C]
        INDArray slope = scaleGradient.mul(scale).muli(-1 / m); // times xhat
        INDArray offset = sum.mul(scale).muli(-1 / m);
        normalize(epsilon, zeros, ones, scale, offset, 0, dx);
        normalize(xhat, zeros, ones, slope, zeros, 0, xhat);
        dx.addi(xhat);

        return new Pair<>(gradients(scaleGradient, sum), dx);
    }

    /** dx = gamma / std * dy. */
    private Pair<Gradient, INDArray> frozenBackprop(
            INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        INDArray dx =
                workspaceMgr.createUninitialized(
                        ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
        INDArray zeros = Nd4j.zeros(DataType.FLOAT, layer.getNOut());
        normalize(
                epsilon,
                zeros,
                channel(params.get(GLOBAL_VAR)),
                channel(params.get(GAMMA)),
                zeros,
                layer.getEps(),
                dx);
        Gradient gradient = new DefaultGradient();
        for (String key : params.keySet()) {
            put(gradient, key, zeros);
        }
        return new Pair<>(gradient, dx);
    }

    private int[] otherAxes() {
        return input.rank() == 4 ? OTHER_AXES_OF_IMAGES : OTHER_AXES_OF_VECTORS;
    }

    private Gradient gradients(INDArray scaleGradient, INDArray shiftGradient) {
        Gradient gradient = new DefaultGradient();
        put(gradient, GAMMA, scaleGradient);
        put(gradient, BETA, shiftGradient);
        double rate = 1 - layer.getDecay();
        put(gradient, GLOBAL_MEAN, channel(params.get(GLOBAL_MEAN)).sub(batchMean).muli(rate));
        put(gradient, GLOBAL_VAR, channel(params.get(GLOBAL_VAR)).sub(batchVariance).muli(rate));
        return gradient;
    }

    private void put(Gradient gradient, String key, INDArray value) {
        INDArray view = gradientViews.get(key);
        channel(view).assign(value);
        gradient.setGradientFor(key, view);
    }

    /** output = (x - mean) / sqrt(variance + epsilon) * scale + shift, per channel. */
    private static void normalize(
            INDArray x,
            INDArray mean,
            INDArray variance,
            INDArray scale,
            INDArray shift,
            double epsilon,
            INDArray output) {
        Nd4j.exec(
                DynamicCustomOp.builder("batchnorm")
                        .addInputs(x, mean, variance, scale, shift)
                        .addIntegerArguments(1, 1, CHANNEL_AXIS)
                        .addFloatingPointArguments(epsilon)
                        .addOutputs(output)
                        .build());
    }

    private INDArray channel(INDArray row) {
        return row.reshape(layer.getNOut()); // [1, C] -> [C], a view
    }
}
