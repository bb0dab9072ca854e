package org.jft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.GroupNormalization;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ArchitecturesTest {
    private static final long SEED = 7;

    @ParameterizedTest
    @CsvSource({
        // torchvision's documentation
        "resnet18, 1000, 11689512",
        "resnet50, 1000, 25557032",
        "resnet101, 1000, 44549160",
        "resnet152, 1000, 60192808",
        // by hand: stem 464, stages of one block 4672 + 14528 + 57728, further blocks
        // 4672 + 18560 + 73984 each time, head 650; the last is the known 0.27M of ResNet-20
        "resnet8s, 10, 78042",
        "resnet14s, 10, 175258",
        "resnet20s, 10, 272474",
    })
    void shouldHaveAsManyTrainableParametersAsTheReference(
            String name, int classes, long expected) {
        ComputationGraph graph = new ComputationGraph(create(name, classes, 64));
        graph.init();

        assertThat(trainableParameters(graph)).isEqualTo(expected);
    }

    /** BiT's R50x1: torchvision's 25,557,032 with other norms. */
    @Test
    void shouldHaveAsManyParametersAsBit() {
        ComputationGraph graph =
                new ComputationGraph(Architectures.create(bit("resnet50"), 1000, 64, SEED));
        graph.init();

        assertThat(graph.numParams()).isEqualTo(25_549_352);
    }

    @Test
    void shouldPutNormsAndRectifiersBeforeConvolutionsWhenAsked() {
        ComputationGraphConfiguration graph = Architectures.create(bit("resnet14s"), 10, 32, SEED);

        assertThat(graph.getVertices().keySet())
                .startsWith(
                        "conv1",
                        "layer1.0.bn1",
                        "layer1.0.relu1",
                        "layer1.0.conv1",
                        "layer1.0.bn2",
                        "layer1.0.relu2",
                        "layer1.0.conv2",
                        "layer1.0.add",
                        "layer1.1.bn1")
                .endsWith("layer3.1.add", "norm", "norm.relu", "avgpool", "head");
        assertThat(graph.getVertexInputs().get("layer2.0.downsample"))
                .containsExactly("layer2.0.relu1");
        assertThat(graph.getVertexInputs().get("layer2.0.add"))
                .containsExactly("layer2.0.conv2", "layer2.0.downsample");
        assertThat(groups(graph, "layer1.0.bn1")).as("of 16 channels").isEqualTo(8);
        assertThat(groups(graph, "norm")).as("of 64 channels").isEqualTo(32);
    }

    private static int groups(ComputationGraphConfiguration graph, String vertex) {
        LayerVertex layer = (LayerVertex) graph.getVertices().get(vertex);
        return ((GroupNormalization) layer.getLayerConf().getLayer()).getGroups();
    }

    private static ModelConfig bit(String architecture) {
        return new ModelConfig(
                architecture,
                0,
                0,
                null,
                false,
                ModelConfig.Norm.GROUP,
                true,
                true,
                null,
                null,
                false);
    }

    @Test
    void shouldNameVerticesAsTorchvisionNamesModules() {
        ComputationGraphConfiguration graph = create("resnet50", 10, 64);

        assertThat(graph.getVertices().keySet())
                .startsWith(
                        "conv1",
                        "bn1",
                        "relu",
                        "maxpool",
                        "layer1.0.conv1",
                        "layer1.0.bn1",
                        "layer1.0.relu1",
                        "layer1.0.conv2",
                        "layer1.0.bn2",
                        "layer1.0.relu2",
                        "layer1.0.conv3",
                        "layer1.0.bn3",
                        "layer1.0.downsample.0",
                        "layer1.0.downsample.1",
                        "layer1.0.add",
                        "layer1.0.relu",
                        "layer1.1.conv1")
                .endsWith("layer4.2.add", "layer4.2.relu", "avgpool", "head");
    }

    @Test
    void shouldStrideInTheThreeByThree() {
        ComputationGraphConfiguration graph = create("resnet101", 10, 64);

        assertThat(convolution(graph, "layer2.0.conv1").getStride()).containsExactly(1, 1);
        assertThat(convolution(graph, "layer2.0.conv2").getStride()).containsExactly(2, 2);
        assertThat(convolution(graph, "layer2.0.downsample.0").getStride()).containsExactly(2, 2);
    }

    @ParameterizedTest
    @MethodSource("org.jft.core.model.Architectures#names")
    void shouldConsistOfStockLayersOnly(String name) {
        Set<String> packages =
                create(name, 10, 64).getVertices().values().stream()
                        .map(
                                vertex ->
                                        vertex instanceof LayerVertex layer
                                                ? layer.getLayerConf().getLayer().getClass()
                                                : vertex.getClass())
                        .map(Class::getPackageName)
                        .collect(Collectors.toSet());

        assertThat(packages)
                .containsExactlyInAnyOrder(
                        ConvolutionLayer.class.getPackageName(),
                        ElementWiseVertex.class.getPackageName());
    }

    @Test
    void shouldStartWithTheSpreadOfTorchvision() {
        ComputationGraph graph = new ComputationGraph(create("resnet18", 1000, 64));
        graph.init();
        Map<String, INDArray> table = graph.paramTable();

        // fan-out: sqrt(2 / (256 * 3 * 3)); 590k draws, so that 1% is ten standard errors
        double expected = Math.sqrt(2.0 / (256 * 9));
        assertThat(std(table.get("layer3.1.conv2_W"))).isCloseTo(expected, within(expected * 0.01));
        assertThat(std(table.get("head_W"))).isCloseTo(0.01, within(0.0001));
        assertThat(table.get("layer3.1.bn2_gamma").minNumber().doubleValue()).isEqualTo(1);
        assertThat(table.get("layer3.1.bn2_var").minNumber().doubleValue()).isEqualTo(1);
        assertThat(table.get("layer3.1.bn2_mean").amaxNumber().doubleValue()).isZero();
    }

    @Test
    void shouldStartTheHeadAtItsBiasAndBlocksAtZeroWhenAsked() {
        ModelConfig config = new ModelConfig("resnet14s", 0, 0, -4.5, true);
        ComputationGraph graph = new ComputationGraph(Architectures.create(config, 10, 32, SEED));
        graph.init();

        assertThat(graph.paramTable().get("head_b").toFloatVector()).containsOnly(-4.5f);
        assertThat(graph.paramTable().get("layer2.0.bn2_gamma").toFloatVector()).containsOnly(0f);
        assertThat(graph.paramTable().get("layer2.0.bn1_gamma").toFloatVector()).containsOnly(1f);
        assertThat(graph.paramTable().get("layer2.0.downsample.1_gamma").toFloatVector())
                .containsOnly(1f);
    }

    @Test
    void shouldScaleEveryStageWithTheWidth() {
        ModelConfig config = new ModelConfig("resnet8s", 0, 24, null, false);
        ComputationGraphConfiguration graph = Architectures.create(config, 10, 32, SEED);

        assertThat(convolution(graph, "conv1").getNOut()).isEqualTo(24);
        assertThat(convolution(graph, "layer3.0.conv2").getNOut()).isEqualTo(96);
    }

    @Test
    void shouldCarryTheSeed() {
        // DL4J's own draw from it differs between runs; engines draw with WeightDraw.
        assertThat(create("resnet8s", 10, 32).getDefaultConfiguration().getSeed()).isEqualTo(SEED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeRestoredByDl4jItself(boolean bit, @TempDir Path folder) throws Exception {
        ComputationGraph graph =
                new ComputationGraph(
                        bit
                                ? Architectures.create(bit("resnet8s"), 10, 32, SEED)
                                : create("resnet8s", 10, 32));
        graph.init();
        INDArray images = Nd4j.rand(2, 3, 32, 32);
        File file = folder.resolve("model.zip").toFile();

        ModelSerializer.writeModel(graph, file, false);
        ComputationGraph restored = ModelSerializer.restoreComputationGraph(file);

        assertThat(restored.outputSingle(images)).isEqualTo(graph.outputSingle(images));
        assertThat(restored.getConfiguration().getVertices().keySet())
                .containsExactlyElementsOf(graph.getConfiguration().getVertices().keySet());
    }

    @Test
    void shouldKeepNoOptimizerStateInTheModel() {
        ComputationGraph graph = new ComputationGraph(create("resnet8s", 10, 32));
        graph.init();

        assertThat(graph.getUpdater().getStateViewArray()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"resnet51, resnet50", "resnet-101, resnet101", "resnet20, resnet50"})
    void shouldNameTheNearestNetwork(String wrong, String nearest) {
        assertThatThrownBy(() -> create(wrong, 10, 64))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("model.architecture: no network '%s'", wrong)
                .hasMessageContaining("the nearest is '%s'", nearest)
                .hasMessageContaining("resnet14s");
    }

    @Test
    void shouldRefuseAnImageWithoutPixelsForTheLastStage() {
        assertThatThrownBy(() -> create("resnet50", 10, 31))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "data.image.size=31 is too small for resnet50, which needs at least 32");
        assertThatThrownBy(() -> create("resnet8s", 0, 32))
                .isInstanceOf(ConfigException.class)
                .hasMessage("model.classes must be positive: 0");
    }

    private static ComputationGraphConfiguration create(String name, int classes, int imageSize) {
        return Architectures.create(
                new ModelConfig(name, 0, 0, null, false), classes, imageSize, SEED);
    }

    private static ConvolutionLayer convolution(ComputationGraphConfiguration graph, String name) {
        return (ConvolutionLayer)
                ((LayerVertex) graph.getVertices().get(name)).getLayerConf().getLayer();
    }

    private static long trainableParameters(ComputationGraph graph) {
        return graph.paramTable().entrySet().stream()
                .filter(entry -> !entry.getKey().matches(".*_(mean|var)"))
                .mapToLong(entry -> entry.getValue().length())
                .sum();
    }

    private static double std(INDArray values) {
        return values.stdNumber().doubleValue();
    }
}
