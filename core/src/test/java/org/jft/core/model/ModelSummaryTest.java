package org.jft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.config.ModelConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ModelSummaryTest {
    @ParameterizedTest
    @CsvSource({
        // torchvision's documentation at 224: 1.81, 4.09, 7.80, 11.51 G
        "resnet18, 224, 1.81, 1.82",
        "resnet50, 224, 4.08, 4.10",
        "resnet101, 224, 7.79, 7.81",
        "resnet152, 224, 11.50, 11.52",
    })
    void shouldCountTheMultiplyAddsTorchvisionCounts(
            String name, int imageSize, double least, double most) {
        ModelSummary summary = summary(name, 1000, imageSize);

        assertThat(summary.forwardMultiplyAdds() / 1e9).isBetween(least, most);
        assertThat(summary.forwardFlops()).isEqualTo(2 * summary.forwardMultiplyAdds());
    }

    @Test
    void shouldCountParametersAsDl4jHoldsThem() {
        ComputationGraph graph = new ComputationGraph(create("resnet18", 1000, 224));
        graph.init();
        ModelSummary summary = summary("resnet18", 1000, 224);

        assertThat(summary.totalParameters()).isEqualTo(graph.numParams());
        assertThat(summary.trainableParameters()).isEqualTo(11_689_512);
    }

    @Test
    void shouldCountActivationsAsDl4jMakesThem() {
        ComputationGraph graph = new ComputationGraph(create("resnet8s", 10, 32));
        graph.init();
        Stream<INDArray> made =
                graph.feedForward(Nd4j.rand(1, 3, 32, 32), false).entrySet().stream()
                        .filter(entry -> !entry.getKey().equals(Architectures.INPUT))
                        .map(java.util.Map.Entry::getValue);

        assertThat(summary("resnet8s", 10, 32).activationElements())
                .isEqualTo(made.mapToLong(INDArray::length).sum());
    }

    @Test
    void shouldMultiplyAsOftenByHand() {
        // 3x3 stem, three blocks of two 3x3, two 1x1 projections, the head
        long stem = 32 * 32 * 3 * 16 * 9;
        long first = 2L * 32 * 32 * 16 * 16 * 9;
        long second = 16 * 16 * (16 * 32 * 9 + 32 * 32 * 9 + 16 * 32);
        long third = 8 * 8 * (32 * 64 * 9 + 64 * 64 * 9 + 32 * 64);

        assertThat(summary("resnet8s", 10, 32).forwardMultiplyAdds())
                .isEqualTo(stem + first + second + third + 64 * 10);
    }

    @Test
    void shouldNotGuessALayerItDoesNotKnow() {
        ComputationGraphConfiguration graph =
                new NeuralNetConfiguration.Builder()
                        .graphBuilder()
                        .addInputs("image")
                        .addLayer(
                                "plain",
                                new ConvolutionLayer.Builder(3, 3).nOut(4).build(),
                                "image")
                        .addLayer(
                                "separable",
                                new SeparableConvolution2D.Builder(3, 3).nOut(4).build(),
                                "plain")
                        .setOutputs("separable")
                        .setInputTypes(InputType.convolutional(8, 8, 3))
                        .build();

        assertThatThrownBy(() -> ModelSummary.of(graph, List.of(InputType.convolutional(8, 8, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "cannot count the multiply-adds of layer 'separable', a"
                                + " SeparableConvolution2D");
    }

    private static ComputationGraphConfiguration create(String name, int classes, int imageSize) {
        return Architectures.create(
                new ModelConfig(name, 0, 0, null, false), classes, imageSize, 0);
    }

    private static ModelSummary summary(String name, int classes, int imageSize) {
        return ModelSummary.of(
                create(name, classes, imageSize),
                List.of(InputType.convolutional(imageSize, imageSize, 3)));
    }
}
