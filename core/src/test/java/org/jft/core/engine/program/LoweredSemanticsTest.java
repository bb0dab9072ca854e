package org.jft.core.engine.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.engine.BilinearResize;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.GroupNormalization;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.StandardizedConvolution;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a lowered graph means, by the ops' definitions, is what DL4J computes. */
class LoweredSemanticsTest {
    private static final double BOUND = 1e-4;

    @TestFactory
    Stream<DynamicTest> shouldMeanWhatDl4jComputes() {
        Map<String, NetworkSpec> networks = new LinkedHashMap<>();
        for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
            for (int[] k : new int[][] {{3, 3, 1, 1}, {2, 3, 2, 2}, {3, 2, 2, 1}, {5, 4, 3, 1}}) {
                String name = mode + " kernel, stride, dilation " + Arrays.toString(k);
                networks.put("convolution " + name, Graphs.of(convolution(mode, k)));
                for (PoolingType type : List.of(PoolingType.MAX, PoolingType.AVG)) {
                    for (boolean count : new boolean[] {false, true}) {
                        networks.put(
                                "%s %s padding counted %s".formatted(type, name, count),
                                Graphs.of(pool(mode, type, count, k)));
                    }
                }
            }
        }
        networks.put("a kernel of 1, stride 2, Same, even side", Graphs.of(skipping()));
        for (IActivation function : activations()) {
            networks.put("activation " + function, Graphs.of(new ActivationLayer(function)));
        }
        networks.put("dense behind an image", Graphs.of(dense(5, Activation.TANH)));
        networks.put(
                "dense behind a flat image",
                Graphs.of(dense(5, Activation.RELU), InputType.convolutionalFlat(4, 5, 2)));
        networks.put(
                "convolution behind a flat image",
                Graphs.of(
                        convolution(ConvolutionMode.Truncate, new int[] {3, 2, 1, 1}),
                        InputType.convolutionalFlat(4, 5, 2)));
        networks.put("batch norm with an activation", Graphs.of(norm(Activation.SIGMOID)));
        networks.put(
                "batch norm of a vector",
                Graphs.of(norm(Activation.IDENTITY), InputType.feedForward(6)));
        for (PoolingType type : List.of(PoolingType.MAX, PoolingType.AVG)) {
            for (boolean collapse : new boolean[] {true, false}) {
                networks.put(
                        "global %s collapsed %s".formatted(type, collapse),
                        Graphs.of(
                                new GlobalPoolingLayer.Builder(type)
                                        .collapseDimensions(collapse)
                                        .build()));
            }
        }
        networks.put("group norm", Graphs.of(new GroupNormalization(3, 3, 1e-5, 1)));
        networks.put("group norm of one group", Graphs.of(new GroupNormalization(3, 1, 1e-3, 1)));
        networks.put(
                "standardized convolution",
                Graphs.of(
                        new StandardizedConvolution(
                                new ConvolutionLayer.Builder(3, 2)
                                        .nOut(4)
                                        .activation(Activation.TANH))));
        networks.put(
                "upsampling", Graphs.of(new Upsampling2D.Builder().size(new int[] {3, 2}).build()));
        networks.put("bilinear, larger", Graphs.of(new BilinearResize(20, 23), "image"));
        networks.put("bilinear, smaller", Graphs.of(new BilinearResize(4, 3), "image"));
        networks.put("two inputs, four outputs", branches());
        return networks.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> compare(e.getValue())));
    }

    private static List<IActivation> activations() {
        List<IActivation> all = new ArrayList<>();
        for (Activation name :
                List.of(
                        Activation.IDENTITY,
                        Activation.RELU,
                        Activation.LEAKYRELU,
                        Activation.RELU6,
                        Activation.SIGMOID,
                        Activation.TANH,
                        Activation.ELU,
                        Activation.SWISH)) {
            all.add(name.getActivationFunction());
        }
        all.add(new ActivationLReLU(0.3));
        all.add(new ActivationELU(0.7));
        all.add(new ActivationReLU(6.0, null, null));
        all.add(new ActivationReLU(null, 0.0, 0.2));
        return all;
    }

    private static ConvolutionLayer convolution(ConvolutionMode mode, int[] k) {
        ConvolutionLayer.Builder layer =
                new ConvolutionLayer.Builder(k[0], k[1])
                        .stride(k[2], k[2] == 3 ? 1 : k[2])
                        .dilation(k[3], k[3])
                        .convolutionMode(mode)
                        .activation(Activation.RELU)
                        .nOut(4);
        return (mode == ConvolutionMode.Same ? layer : layer.padding(1, 0)).build();
    }

    private static ConvolutionLayer skipping() {
        return new ConvolutionLayer.Builder(1, 1)
                .stride(2, 2)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(4)
                .build();
    }

    private static SubsamplingLayer pool(
            ConvolutionMode mode, PoolingType type, boolean count, int[] k) {
        SubsamplingLayer.Builder layer =
                new SubsamplingLayer.Builder(type, new int[] {k[0], k[1]})
                        .stride(k[2], k[2] == 3 ? 1 : k[2])
                        .convolutionMode(mode)
                        .avgPoolIncludePadInDivisor(count);
        boolean same = mode == ConvolutionMode.Same; // then libnd4j misplaces a dilated window
        return (same ? layer : layer.padding(1, 0).dilation(k[3], k[3])).build();
    }

    private static DenseLayer dense(int out, Activation activation) {
        return new DenseLayer.Builder().nOut(out).activation(activation).build();
    }

    private static Layer norm(Activation activation) {
        return new BatchNormalization.Builder()
                .useLogStd(false)
                .eps(1e-3)
                .activation(activation)
                .build();
    }

    private static NetworkSpec branches() {
        return Graphs.of(
                graph ->
                        graph.addLayer(
                                        "left",
                                        convolution(ConvolutionMode.Same, new int[] {3, 3, 1, 1}),
                                        "image")
                                .addLayer(
                                        "right",
                                        convolution(ConvolutionMode.Same, new int[] {1, 1, 1, 1}),
                                        "second")
                                .addVertex(
                                        "sum",
                                        new ElementWiseVertex(ElementWiseVertex.Op.Add),
                                        "left",
                                        "right",
                                        "left")
                                .addVertex("merged", new MergeVertex(), "sum", "image", "right")
                                .addLayer("head", dense(3, Activation.SIGMOID), "merged")
                                .addLayer("unused", dense(3, Activation.SIGMOID), "sum")
                                .setOutputs("head", "sum", "left", "merged"),
                Graphs.IMAGE,
                InputType.convolutional(7, 10, 2));
    }

    private static void compare(NetworkSpec network) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ComputationGraphConfiguration own = network.graph().clone();
        own.setInferenceWorkspaceMode(WorkspaceMode.NONE); // batch norms of vectors need it
        ComputationGraph stock = new ComputationGraph(own);
        stock.init();
        ParameterLayout layout = GraphLayouts.of(stock);
        float[] parameters = new float[layout.length()];
        layout.slices()
                .forEach(
                        slice -> {
                            for (int i = 0; i < slice.length(); i++) {
                                boolean positive = slice.kind() == Kind.RUNNING_VARIANCE;
                                parameters[slice.offset() + i] =
                                        random.nextFloat() - (positive ? 0 : 0.5f);
                            }
                        });
        if (parameters.length > 0) {
            stock.setParams(Nd4j.createFromArray(new float[][] {parameters}));
        }
        Program program = Lowering.lower(network, layout);
        List<double[]> rows = new ArrayList<>();
        INDArray[] arrays = new INDArray[network.inputTypes().size()];
        for (int i = 0; i < arrays.length; i++) {
            double[] row =
                    random.doubles(program.inputs().get(i).shape().elements(), -4, 8).toArray();
            rows.add(row);
            InputType type = network.inputTypes().get(i);
            boolean flat = type instanceof InputType.InputTypeConvolutionalFlat;
            long[] shape = flat ? new long[] {1, row.length} : type.getShape(true).clone();
            shape[0] = 1;
            arrays[i] = Nd4j.createFromArray(row).castTo(DataType.FLOAT).reshape(shape);
        }
        List<double[]> actual = new ProgramInterpreter(program, parameters).run(rows);
        INDArray[] expected = stock.output(arrays);
        for (int i = 0; i < expected.length; i++) {
            double[] wanted = expected[i].dup('c').reshape(-1).toDoubleVector();
            double largest = Arrays.stream(wanted).map(Math::abs).max().orElseThrow();
            assertThat(actual.get(i)).as("output %s, seed=%s", i, seed).hasSize(wanted.length);
            for (int j = 0; j < wanted.length; j++) {
                assertThat(Math.abs(actual.get(i)[j] - wanted[j]))
                        .as("output %s at %s, seed=%s\n%s", i, j, seed, program)
                        .isLessThanOrEqualTo(BOUND * Math.max(1, largest));
            }
        }
    }
}
