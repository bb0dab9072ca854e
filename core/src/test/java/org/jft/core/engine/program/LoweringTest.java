package org.jft.core.engine.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.program.Op.Activation.Function;
import org.jft.core.engine.program.Window.Pair;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LoweringTest {
    @Test
    void shouldLowerAResNet50OpByOp() {
        ModelConfig model = new ModelConfig("resnet50", 0, 0, null, false);
        NetworkSpec network = NetworkSpec.ofImages(Architectures.create(model, 1000, 224, 7), 224);

        Program program = Graphs.lower(network);

        Map<String, Long> counts =
                program.nodes().stream()
                        .collect(
                                Collectors.groupingBy(
                                        node -> node.op().getClass().getSimpleName(),
                                        Collectors.counting()));
        assertThat(counts)
                .isEqualTo(
                        Map.of(
                                "Convolution", 53L,
                                "BatchNorm", 53L,
                                "Activation", 49L,
                                "Add", 16L,
                                "Pool", 2L,
                                "Dense", 1L));
        assertThat(program.inputs())
                .extracting(Value::shape)
                .containsExactly(new Shape(3, 224, 224));
        assertThat(program.outputs()).extracting(Value::name).containsExactly("head");
        assertThat(node(program, "maxpool").output().shape()).isEqualTo(new Shape(64, 56, 56));
        assertThat(program.nodes()).noneMatch(Node::frozen);
        assertWellFormed(program);
        assertShapesOfDl4j(network, program, "resnet50");
    }

    @Test
    void shouldKeepTheAttributesOfAConvolution() {
        NetworkSpec network =
                Graphs.of(
                        new ConvolutionLayer.Builder(3, 2)
                                .nOut(4)
                                .stride(2, 1)
                                .padding(2, 1)
                                .dilation(1, 3)
                                .activation(Activation.RELU)
                                .build());
        ParameterLayout layout = Graphs.layout(network);

        Program program = Lowering.lower(network, layout);

        assertThat(program.nodes()).extracting(Node::name).containsExactly("it", "it/activation");
        Op.Convolution op = (Op.Convolution) program.nodes().get(0).op();
        assertThat(op.window())
                .isEqualTo(
                        new Window(
                                new Pair(3, 2),
                                new Pair(2, 1),
                                new Pair(1, 3),
                                new Pair(2, 1),
                                new Pair(2, 1)));
        assertThat(op.depthwise()).isFalse();
        assertThat(op.weight().kind()).isEqualTo(Kind.WEIGHT);
        assertThat(op.weight().shape()).containsExactly(4L, 3L, 3L, 2L);
        assertThat(op.bias()).map(slice -> slice.kind()).hasValue(Kind.BIAS);
        assertThat(layout.slices()).contains(op.weight(), op.bias().orElseThrow());
        assertThat(program.outputs().get(0)).isEqualTo(program.nodes().get(1).output());
    }

    @Test
    void shouldPutTheOddPixelOfSamePaddingBehind() {
        NetworkSpec network =
                Graphs.of(
                        new ConvolutionLayer.Builder(4, 3)
                                .nOut(4)
                                .stride(1, 2)
                                .convolutionMode(ConvolutionMode.Same)
                                .hasBias(false)
                                .build());

        Op.Convolution op = (Op.Convolution) Graphs.lower(network).nodes().get(0).op();

        assertThat(op.window().before()).isEqualTo(new Pair(1, 0)); // 7 x 10 -> 7 x 5
        assertThat(op.window().after()).isEqualTo(new Pair(2, 1));
        assertThat(op.bias()).isEmpty();
    }

    @Test
    void shouldKeepTheAttributesOfABatchNorm() {
        NetworkSpec network =
                Graphs.of(
                        new BatchNormalization.Builder()
                                .useLogStd(false)
                                .eps(1e-3)
                                .decay(0.8)
                                .build());

        Op.BatchNorm op = (Op.BatchNorm) Graphs.lower(network).nodes().get(0).op();

        assertThat(op.epsilon()).isEqualTo(1e-3);
        assertThat(op.decay()).isEqualTo(0.8);
        assertThat(List.of(op.scale(), op.shift(), op.mean(), op.variance()))
                .extracting(slice -> slice.kind())
                .containsExactly(Kind.SCALE, Kind.SHIFT, Kind.RUNNING_MEAN, Kind.RUNNING_VARIANCE);
    }

    @Test
    void shouldGiveEachDropoutItsOwnSeedThatDependsOnTheGraphsOnly() {
        NetworkSpec network =
                Graphs.of(
                        graph ->
                                graph.addLayer("drop", new DropoutLayer(0.9), "image")
                                        .addLayer("all", new DropoutLayer(1.0), "drop")
                                        .addLayer(
                                                "dense",
                                                new DenseLayer.Builder()
                                                        .nOut(3)
                                                        .dropOut(0.7)
                                                        .build(),
                                                "all")
                                        .setOutputs("dense"),
                        Graphs.IMAGE);

        Program program = Graphs.lower(network);

        assertThat(program.nodes())
                .extracting(Node::name)
                .containsExactly("drop", "dense/dropout", "dense");
        Op.Dropout first = (Op.Dropout) program.nodes().get(0).op();
        Op.Dropout second = (Op.Dropout) program.nodes().get(1).op();
        assertThat(List.of(first.keep(), second.keep())).containsExactly(0.9, 0.7);
        assertThat(first.seed()).isNotEqualTo(second.seed());
        assertThat(Graphs.lower(network).nodes().get(0).op()).isEqualTo(first);
    }

    @Test
    void shouldReadDl4jsDropoutAsTheProbabilityToStay() {
        INDArray kept =
                new Dropout(0.9)
                        .applyDropout(
                                Nd4j.ones(DataType.FLOAT, 100, 100),
                                Nd4j.create(DataType.FLOAT, 100, 100),
                                0,
                                0,
                                LayerWorkspaceMgr.noWorkspaces());

        assertThat(kept.gt(0).castTo(DataType.FLOAT).meanNumber().doubleValue())
                .isCloseTo(0.9, within(0.03));
        assertThat(kept.maxNumber().doubleValue()).isCloseTo(1 / 0.9, within(1e-6));
    }

    @Test
    void shouldLeaveOutWhatDoesNothing() {
        NetworkSpec network =
                Graphs.of(
                        graph ->
                                graph.addLayer(
                                                "same",
                                                new ActivationLayer(Activation.IDENTITY),
                                                "image")
                                        .addLayer(
                                                "relu",
                                                new ActivationLayer(Activation.RELU),
                                                "same")
                                        .addLayer(
                                                "unused",
                                                new ActivationLayer(Activation.CUBE),
                                                "relu")
                                        .setOutputs("relu", "same"),
                        Graphs.IMAGE);

        Program program = Graphs.lower(network);

        assertThat(program.nodes()).extracting(Node::name).containsExactly("relu");
        assertThat(program.nodes().get(0).op()).isEqualTo(new Op.Activation(Function.RELU, 0));
        assertThat(program.outputs())
                .containsExactly(program.nodes().get(0).output(), program.inputs().get(0));
    }

    @Test
    void shouldMarkTheNodesOfFrozenLayersAndPassOnTheWishForInputGradients() {
        NetworkSpec network =
                Graphs.of(
                                new ConvolutionLayer.Builder(1, 1)
                                        .nOut(2)
                                        .activation(Activation.TANH)
                                        .build())
                        .withFrozenLayers(Set.of("it"))
                        .withInputGradients();

        Program program = Graphs.lower(network);

        assertThat(program.nodes()).hasSize(2).allMatch(Node::frozen);
        assertThat(program.inputGradients()).isTrue();
    }

    @Test
    void shouldReadAPoolAsItIs() {
        NetworkSpec network =
                Graphs.of(
                        new SubsamplingLayer.Builder(PoolingType.AVG, new int[] {3, 2})
                                .stride(2, 2)
                                .padding(1, 0)
                                .avgPoolIncludePadInDivisor(true)
                                .build());

        Node node = Graphs.lower(network).nodes().get(0);

        Op.Pool op = (Op.Pool) node.op();
        assertThat(op.kind()).isEqualTo(Op.Pool.Kind.AVERAGE);
        assertThat(op.countPadding()).isTrue();
        assertThat(op.window().after()).isEqualTo(new Pair(1, 0));
        assertThat(node.output().shape()).isEqualTo(new Shape(3, 4, 5));
    }

    @Test
    void shouldAgreeWithDl4jOnTheShapesOfRandomGraphs() {
        for (int round = 0; round < 25; round++) {
            long seed = System.nanoTime();
            NetworkSpec network = randomGraph(new Random(seed));
            Program program = Graphs.lower(network);
            assertWellFormed(program);
            assertShapesOfDl4j(network, program, "seed=" + seed);
        }
    }

    /** A random DAG: each vertex reads earlier ones; sums and merges only where sizes match. */
    private static NetworkSpec randomGraph(Random random) {
        int side = 5 + random.nextInt(12);
        InputType[] inputs = {
            InputType.convolutional(side, side + 1, 3), InputType.convolutional(side, side + 1, 2)
        };
        return Graphs.of(
                graph -> {
                    String top = "image";
                    String side1 = "second";
                    for (int i = 0; i < 8; i++) {
                        String name = "v" + i;
                        switch (random.nextInt(5)) {
                            case 0 -> graph.addLayer(name, convolution(random), top);
                            case 1 -> graph.addLayer(name, norm(), top);
                            case 2 -> residual(graph, name, top, random);
                            case 3 -> graph.addVertex(name, new MergeVertex(), top, top);
                            default -> {
                                graph.addLayer(name, pool(random), top);
                                graph.addLayer(name + "s", pool(random), side1);
                                side1 = name + "s";
                            }
                        }
                        top = name;
                    }
                    graph.addLayer("head", new DenseLayer.Builder().nOut(4).build(), top);
                    graph.setOutputs("head", side1.equals("second") ? top : side1);
                },
                inputs);
    }

    private static void residual(GraphBuilder graph, String name, String top, Random random) {
        graph.addLayer(name + "a", same(random), top)
                .addLayer(name + "b", same(random), top)
                .addVertex(
                        name,
                        new ElementWiseVertex(ElementWiseVertex.Op.Add),
                        name + "a",
                        name + "b",
                        name + "a");
    }

    private static ConvolutionLayer same(Random random) {
        return new ConvolutionLayer.Builder(1 + random.nextInt(4), 1 + random.nextInt(4))
                .convolutionMode(ConvolutionMode.Same)
                .dilation(1 + random.nextInt(2), 1)
                .nOut(4)
                .build();
    }

    private static ConvolutionLayer convolution(Random random) {
        int kernel = 1 + random.nextInt(3);
        return new ConvolutionLayer.Builder(kernel, kernel)
                .padding(kernel / 2, kernel / 2)
                .stride(1 + random.nextInt(2), 1)
                .hasBias(random.nextBoolean())
                .nOut(1 + random.nextInt(5))
                .build();
    }

    private static BatchNormalization norm() {
        return new BatchNormalization.Builder().useLogStd(false).build();
    }

    private static SubsamplingLayer pool(Random random) {
        return new SubsamplingLayer.Builder(
                        random.nextBoolean() ? PoolingType.MAX : PoolingType.AVG, new int[] {2, 2})
                .stride(1, 1)
                .convolutionMode(ConvolutionMode.Same)
                .build();
    }

    private static Node node(Program program, String name) {
        return program.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void assertWellFormed(Program program) {
        Set<Value> known = new HashSet<>(program.inputs());
        int id = program.inputs().size();
        for (Node node : program.nodes()) {
            assertThat(known).as(program.toString()).containsAll(node.inputs());
            assertThat(node.output().id()).isEqualTo(id++);
            known.add(node.output());
        }
        assertThat(known).containsAll(program.outputs());
    }

    private static void assertShapesOfDl4j(NetworkSpec network, Program program, String run) {
        ComputationGraphConfiguration copy = network.graph().clone();
        Map<String, InputType> types =
                copy.getLayerActivationTypes(network.inputTypes().toArray(InputType[]::new));
        for (Node node : program.nodes()) {
            Optional.ofNullable(types.get(node.name()))
                    .ifPresent(
                            type ->
                                    assertThat(node.output().shape())
                                            .as("%s of %s", node.name(), run)
                                            .isEqualTo(shape(type)));
        }
    }

    private static Shape shape(InputType type) {
        return type instanceof InputTypeConvolutional image
                ? new Shape(
                        (int) image.getChannels(), (int) image.getHeight(), (int) image.getWidth())
                : Shape.ofVector((int) type.arrayElementsPerExample());
    }
}
