package org.jft.core.engine.program;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** One sentence for each thing that is not compiled. */
class RefusalsTest {
    private static final InputType NHWC = InputType.convolutional(7, 10, 3, CNN2DFormat.NHWC);

    @TestFactory
    Stream<DynamicTest> shouldNameTheVertexTheReasonAndTheWayOut() {
        Map<String, NetworkSpec> refused = new LinkedHashMap<>(layers());
        refused.putAll(vertices());
        return refused.entrySet().stream()
                .map(
                        e ->
                                DynamicTest.dynamicTest(
                                        e.getKey(),
                                        () ->
                                                assertRefused(
                                                        e.getValue(),
                                                        "vertex 'it' %s; engine.name: nd4j runs it"
                                                                .formatted(e.getKey()))));
    }

    @Test
    void shouldRefuseAPaddingThatDl4jItselfDoesNotAgreeOn() {
        assertRefused(
                Graphs.of(
                        new ConvolutionLayer.Builder(1, 1)
                                .nOut(2)
                                .stride(3, 3)
                                .convolutionMode(org.deeplearning4j.nn.conf.ConvolutionMode.Same)
                                .build(),
                        InputType.convolutional(6, 6, 3)),
                "vertex 'it' (ConvolutionLayer) cannot be compiled: its stride 3 leaves pixels out"
                        + " in the mode Same; engine.name: nd4j runs it");
    }

    @Test
    void shouldSendALossOutside() {
        String sentence = "vertex 'it' (%s) has a loss, and the loss lives outside the graph";
        assertRefused(
                Graphs.of(
                        new OutputLayer.Builder(LossFunction.MSE).nOut(2).build(),
                        InputType.feedForward(4)),
                sentence.formatted("OutputLayer"));
        assertRefused(
                Graphs.of(
                        new LossLayer.Builder(LossFunction.MSE).build(), InputType.feedForward(4)),
                sentence.formatted("LossLayer"));
    }

    @Test
    void shouldRefuseImagesWithTheirChannelsLast() {
        NetworkSpec network = Graphs.of(new ConvolutionLayer.Builder(1, 1).nOut(2).build(), NHWC);
        assertThatThrownBy(() -> Graphs.lower(network))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("input 'image' of type")
                .hasMessageContaining("only vectors and NCHW images can")
                .hasMessageEndingWith("engine.name: nd4j runs it");
    }

    @Test
    void shouldRefuseABatchNormThatKeepsALogarithm() {
        NetworkSpec network = Graphs.of(new BatchNormalization.Builder().useLogStd(true).build());
        assertThatThrownBy(() -> Lowering.lower(network, new ParameterLayout(List.of())))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "vertex 'it' (BatchNormalization) cannot be compiled: it keeps a"
                                + " logarithm of the variance (useLogStd); engine.name: nd4j runs"
                                + " it");
    }

    @Test
    void shouldSayWhenTheWeightsDoNotFitTheInput() {
        NetworkSpec network = Graphs.of(new DenseLayer.Builder().nOut(2).build());
        NetworkSpec larger =
                NetworkSpec.of(network.graph(), List.of(InputType.convolutional(8, 10, 3)));
        assertThatThrownBy(() -> Lowering.lower(larger, Graphs.layout(network)))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "vertex 'it' (DenseLayer) has 420 weights, where an input of 3x8x10 needs"
                                + " 480");
    }

    private static Map<String, NetworkSpec> layers() {
        Map<String, NetworkSpec> refused = new LinkedHashMap<>();
        refused.put(
                "(Deconvolution2D) cannot be compiled: no op for this layer",
                Graphs.of(new Deconvolution2D.Builder(2, 2).nOut(2).build()));
        refused.put(
                "(SeparableConvolution2D) cannot be compiled: no op for this layer",
                Graphs.of(new SeparableConvolution2D.Builder(2, 2).nOut(2).build()));
        refused.put(
                "(BatchNormalization) cannot be compiled: its gamma and beta are locked",
                Graphs.of(
                        new BatchNormalization.Builder()
                                .useLogStd(false)
                                .lockGammaBeta(true)
                                .build()));
        refused.put(
                "(ActivationLayer) cannot be compiled: no op for the activation 'softmax'",
                Graphs.of(new ActivationLayer(Activation.SOFTMAX)));
        refused.put(
                "(ActivationLayer) cannot be compiled: no op for a ReLU with max=1.0,"
                        + " threshold=null, negativeSlope=null",
                Graphs.of(new ActivationLayer(new ActivationReLU(1.0, null, null))));
        refused.put(
                "(DropoutLayer) cannot be compiled: no op for the dropout GaussianDropout",
                Graphs.of(new DropoutLayer(new GaussianDropout(0.5))));
        refused.put(
                "(DenseLayer) cannot be compiled: it has a layer normalization",
                Graphs.of(new DenseLayer.Builder().nOut(2).hasLayerNorm(true).build()));
        refused.put(
                "(DenseLayer) cannot be compiled: its weights are noisy in training",
                Graphs.of(
                        new DenseLayer.Builder()
                                .nOut(2)
                                .weightNoise(new DropConnect(0.5))
                                .build()));
        refused.put(
                "(SubsamplingLayer) cannot be compiled: no op for the pooling PNORM",
                Graphs.of(
                        new SubsamplingLayer.Builder(PoolingType.PNORM, new int[] {2, 2})
                                .pnorm(2)
                                .build()));
        refused.put(
                "(GlobalPoolingLayer) cannot be compiled: no op for the pooling SUM",
                Graphs.of(new GlobalPoolingLayer(PoolingType.SUM)));
        return refused;
    }

    private static Map<String, NetworkSpec> vertices() {
        Map<String, NetworkSpec> refused = new LinkedHashMap<>();
        refused.put(
                "(L2NormalizeVertex) cannot be compiled: no op for this vertex",
                Graphs.of(new L2NormalizeVertex(), "image"));
        refused.put(
                "(ElementWiseVertex) cannot be compiled: no op for an element-wise Product",
                Graphs.of(new ElementWiseVertex(ElementWiseVertex.Op.Product), "image", "image"));
        NetworkSpec rows = Graphs.of(new MergeVertex(), "image", "image");
        ((MergeVertex) rows.graph().getVertices().get("it")).setMergeAxis(2);
        refused.put("(MergeVertex) cannot be compiled: it merges along axis 2", rows);
        refused.put(
                "(ActivationLayer) cannot be compiled: no op for the"
                        + " CnnToFeedForwardPreProcessor before it",
                Graphs.of(
                        graph ->
                                graph.addLayer(
                                                "it",
                                                new ActivationLayer(Activation.RELU),
                                                new CnnToFeedForwardPreProcessor(7, 10, 3),
                                                "image")
                                        .setOutputs("it"),
                        Graphs.IMAGE));
        return refused;
    }

    private static void assertRefused(NetworkSpec network, String sentence) {
        assertThatThrownBy(() -> Graphs.lower(network))
                .isInstanceOf(ConfigException.class)
                .hasMessage(sentence);
    }
}
