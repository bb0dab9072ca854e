package org.jft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BilinearResizeTest {
    private static final LayerWorkspaceMgr NO_WORKSPACES = LayerWorkspaceMgr.noWorkspaces();

    @Test
    void shouldKeepAConstant() {
        INDArray image = Nd4j.valueArrayOf(new long[] {2, 3, 5, 4}, 1.5f, DataType.FLOAT);

        for (int[] size : new int[][] {{9, 7}, {3, 2}, {1, 1}, {5, 4}}) {
            INDArray result = forward(vertex(size[0], size[1]), image);
            assertThat(result.shape()).containsExactly(2, 3, size[0], size[1]);
            assertThat(result.minNumber().floatValue()).isCloseTo(1.5f, within(1e-6f));
            assertThat(result.maxNumber().floatValue()).isCloseTo(1.5f, within(1e-6f));
        }
    }

    @Test
    void shouldFollowARampBetweenTheFirstAndTheLastCentre() {
        int in = 4;
        int out = 10;
        INDArray ramp = Nd4j.createFromArray(new float[] {0, 1, 2, 3}).reshape(1, 1, 1, in);

        float[] result = forward(vertex(1, out), ramp).dup().data().asFloat();

        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * in / out - 0.5;
            float expected = (float) Math.min(Math.max(centre, 0), in - 1);
            assertThat(result[i]).as("pixel %s", i).isCloseTo(expected, within(1e-6f));
        }
    }

    @Test
    void shouldLeaveAnImageOfItsSizeAsItIs() {
        INDArray image = Nd4j.rand(DataType.FLOAT, 2, 2, 3, 5);

        assertThat(forward(vertex(3, 5), image)).isEqualTo(image);
    }

    @Test
    void shouldPropagateByTheAdjoint() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int[] size : new int[][] {{8, 9}, {2, 3}, {5, 1}}) {
            INDArray x = uniform(random, 2, 3, 4, 5);
            INDArray y = uniform(random, 2, 3, size[0], size[1]);
            GraphVertex vertex = vertex(size[0], size[1]);

            INDArray forward = forward(vertex, x);
            vertex.setEpsilon(y);
            INDArray backward = vertex.doBackward(false, NO_WORKSPACES).getSecond()[0];

            assertThat(backward.shape()).isEqualTo(x.shape());
            assertThat(forward.mul(y).sumNumber().doubleValue())
                    .as("<Ax, y> = <x, A'y>, seed=%s", seed)
                    .isCloseTo(x.mul(backward).sumNumber().doubleValue(), within(1e-4));
        }
    }

    @Test
    void shouldFollowAnImageThatChangesItsSize() {
        GraphVertex vertex = vertex(2, 2);
        forward(vertex, Nd4j.rand(DataType.FLOAT, 1, 1, 5, 3));
        INDArray ramp = Nd4j.createFromArray(new float[] {0, 1, 2, 3}).reshape(1, 1, 2, 2);

        assertThat(forward(vertex, ramp)).isEqualTo(ramp);
    }

    @Test
    void shouldSurviveJsonAndDl4jsOwnFile() throws IOException {
        ComputationGraph graph = new ComputationGraph(network());
        graph.init();
        INDArray image = Nd4j.rand(DataType.FLOAT, 1, 3, 4, 4);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(graph, file, false);

        ComputationGraph restored =
                ModelSerializer.restoreComputationGraph(
                        new ByteArrayInputStream(file.toByteArray()));

        assertThat(ComputationGraphConfiguration.fromJson(network().toJson()).getVertices())
                .containsEntry("resize", new BilinearResize(6, 8));
        assertThat(restored.outputSingle(image)).isEqualTo(graph.outputSingle(image));
        assertThat(graph.outputSingle(image).shape()).containsExactly(1, 2, 6, 8);
    }

    @Test
    void shouldRefuseWhatIsNoImageOfItsKind() {
        BilinearResize resize = new BilinearResize(6, 8);
        InputType last = InputType.convolutional(4, 4, 3, CNN2DFormat.NHWC);
        assertThatThrownBy(() -> resize.getOutputType(0, last)).hasMessageContaining("NCHW");
        assertThatThrownBy(() -> resize.getOutputType(0, InputType.feedForward(3)))
                .hasMessageContaining("NCHW");
        assertThatThrownBy(() -> new BilinearResize(0, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("height=0");
    }

    private static ComputationGraphConfiguration network() {
        return new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(4, 4, 3))
                .addVertex("resize", new BilinearResize(6, 8), "image")
                .addLayer("conv", new ConvolutionLayer.Builder(1, 1).nOut(2).build(), "resize")
                .setOutputs("conv")
                .validateOutputLayerConfig(false)
                .build();
    }

    private static GraphVertex vertex(int height, int width) {
        GraphVertex vertex =
                new BilinearResize(height, width)
                        .instantiate(null, "resize", 1, null, false, DataType.FLOAT);
        vertex.setInputVertices(new VertexIndices[] {new VertexIndices(0, 0)});
        return vertex;
    }

    private static INDArray forward(GraphVertex vertex, INDArray image) {
        vertex.setInput(0, image, NO_WORKSPACES);
        return vertex.doForward(true, NO_WORKSPACES);
    }

    private static INDArray uniform(Random random, int... shape) {
        float[] values = new float[shape[0] * shape[1] * shape[2] * shape[3]];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return Nd4j.createFromArray(values).reshape(shape);
    }
}
