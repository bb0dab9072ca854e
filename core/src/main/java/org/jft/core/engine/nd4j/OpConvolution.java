package org.jft.core.engine.nd4j;

import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.BIAS_KEY;
import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.WEIGHT_KEY;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** Convolution by libnd4j's {@code conv2d} and {@code conv2d_bp} (oneDNN inside), NCHW. */
final class OpConvolution extends ConvolutionLayer {
    private static final long serialVersionUID = 1L;
    private static final int NCHW = 0;
    private static final int OUT_IN_HEIGHT_WIDTH = 1;

    private final transient org.deeplearning4j.nn.conf.layers.ConvolutionLayer layer;

    OpConvolution(
            NeuralNetConfiguration conf, org.deeplearning4j.nn.conf.layers.ConvolutionLayer layer) {
        super(conf, DataType.FLOAT);
        this.layer = layer;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        INDArray weights = params.get(WEIGHT_KEY);
        var op = operation("conv2d");
        if (layer.hasBias()) {
            op.addInputs(input, weights, params.get(BIAS_KEY).reshape(layer.getNOut()));
        } else {
            op.addInputs(input, weights);
        }
        DynamicCustomOp conv = op.build();
        long[] shape = conv.calculateOutputShape().get(0).getShape();
        INDArray output =
                workspaceMgr.createUninitialized(
                        ArrayType.ACTIVATIONS, DataType.FLOAT, shape, 'c'); // [N, out, h, w]
        conv.addOutputArgument(output);
        Nd4j.exec(conv);
        return output;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
            INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(true);
        INDArray weights = params.get(WEIGHT_KEY);
        INDArray inputGradient =
                workspaceMgr.createUninitialized(
                        ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
        var op = operation("conv2d_bp");
        Gradient gradient = new DefaultGradient();
        INDArray weightGradient = gradientViews.get(WEIGHT_KEY);
        if (layer.hasBias()) {
            INDArray biasGradient = gradientViews.get(BIAS_KEY);
            op.addInputs(input, weights, params.get(BIAS_KEY).reshape(layer.getNOut()), epsilon)
                    .addOutputs(
                            inputGradient, weightGradient, biasGradient.reshape(layer.getNOut()));
            gradient.setGradientFor(BIAS_KEY, biasGradient);
        } else {
            op.addInputs(input, weights, epsilon).addOutputs(inputGradient, weightGradient);
        }
        Nd4j.exec(op.build());
        gradient.setGradientFor(WEIGHT_KEY, weightGradient, 'c');
        return new Pair<>(gradient, inputGradient);
    }

    private DynamicCustomOp.DynamicCustomOpsBuilder operation(String name) {
        int[] kernel = layer.getKernelSize();
        int[] stride = layer.getStride();
        int[] padding = layer.getPadding();
        int[] dilation = layer.getDilation();
        boolean same = layer.getConvolutionMode() == ConvolutionMode.Same;
        return DynamicCustomOp.builder(name)
                .addIntegerArguments(
                        kernel[0],
                        kernel[1],
                        stride[0],
                        stride[1],
                        padding[0],
                        padding[1],
                        dilation[0],
                        dilation[1],
                        same ? 1 : 0,
                        NCHW,
                        OUT_IN_HEIGHT_WIDTH);
    }
}
