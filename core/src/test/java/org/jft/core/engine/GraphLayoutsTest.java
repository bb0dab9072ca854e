package org.jft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;

class GraphLayoutsTest {
    private static final ModelConfig SMALL = new ModelConfig("resnet8s", 5, 8, 0.5, false);

    @Test
    void shouldGiveTheLayoutOfTheInitialisedGraphWithoutDrawing() {
        ComputationGraphConfiguration conf = Architectures.create(SMALL, 5, 16, 7);
        String before = conf.toJson();
        Nd4j.getRandom().setSeed(3);
        float expected = Nd4j.getRandom().nextFloat();

        Nd4j.getRandom().setSeed(3);
        ParameterLayout layout = GraphLayouts.of(conf);

        assertThat(Nd4j.getRandom().nextFloat()).as("nothing drawn").isEqualTo(expected);
        assertThat(conf.toJson()).isEqualTo(before);
        ComputationGraph graph = new ComputationGraph(conf);
        graph.init();
        assertThat(layout).isEqualTo(GraphLayouts.of(graph));
    }

    @Test
    void shouldTakeANetworkWithoutParameters() {
        ComputationGraphConfiguration conf = single(new ActivationLayer(Activation.RELU));

        ParameterLayout layout = GraphLayouts.of(conf);
        WeightDraw.initial(FloatBuffer.allocate(0), layout, conf);

        assertThat(layout.slices()).isEmpty();
        assertThat(layout.length()).isZero();
    }

    @Test
    void shouldNameABatchNormWhoseStatisticsNobodyKnows() {
        ComputationGraphConfiguration conf =
                single(new BatchNormalization.Builder().useLogStd(true).build());

        assertThatThrownBy(() -> GraphLayouts.of(conf))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "batch norm 'it' keeps a log10stdev, not a running variance;"
                                + " use useLogStd(false)");
    }

    @Test
    void shouldStartEveryEngineAlike() {
        ComputationGraphConfiguration conf = Architectures.create(SMALL, 5, 16, 7);
        ParameterLayout layout = GraphLayouts.of(conf);
        FloatBuffer start = FloatBuffer.allocate(layout.length());

        WeightDraw.initial(start, layout, conf);

        try (Engine engine =
                Engines.named("nd4j")
                        .compile(
                                NetworkSpec.ofImages(conf, 16),
                                1,
                                new EngineConfig("nd4j", Precision.FP32, 0, null, false))) {
            assertThat(engine.layout()).isEqualTo(layout);
            assertThat(engine.parameters()).isEqualTo(start);
        }
    }

    private static ComputationGraphConfiguration single(Layer layer) {
        return new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(4, 4, 3))
                .addLayer("it", layer, "image")
                .setOutputs("it")
                .validateOutputLayerConfig(false)
                .build();
    }
}
