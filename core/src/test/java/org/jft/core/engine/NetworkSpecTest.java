package org.jft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.ModelConfig;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;

/** A network cut in two, against the whole. */
class NetworkSpecTest {
    private static final int SIDE = 16;
    private static final int CLASSES = 11;
    private static final int ROWS = 3;
    private static final EngineConfig OPTIONS =
            Engines.resolve(new EngineConfig("onednn", null, 1, null, false));

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void shouldComputeInTwoPartsWhatTheWholeDoes() {
        ModelConfig model = new ModelConfig("resnet8s", 0, 8, 0.5, false);
        NetworkSpec spec =
                NetworkSpec.ofImages(Architectures.create(model, CLASSES, SIDE, 7), SIDE);
        EngineInput images = new EngineInput.Tensor(random(ROWS * 3 * SIDE * SIDE), ROWS);
        FloatBuffer logitGradient = random(ROWS * CLASSES);
        try (Engine whole = compile(spec);
                Engine trunk = compile(spec.withoutHead());
                Engine head = compile(spec.headOf(CLASSES))) {
            int cut = trunk.layout().length();
            head.parameters().put(whole.parameters().slice(cut, head.layout().length()));

            FloatBuffer logits = whole.forward(List.of(images), Pass.training(1)).get(0);
            FloatBuffer features = trunk.forward(List.of(images), Pass.training(1)).get(0);
            FloatBuffer behind =
                    head.forward(List.of(new EngineInput.Tensor(features, ROWS)), Pass.training(1))
                            .get(0);
            assertClose(behind, logits);

            whole.backward(List.of(logitGradient), GradientListener.NONE);
            head.backward(List.of(logitGradient), GradientListener.NONE);
            trunk.backward(List.of(head.inputGradient(0)), GradientListener.NONE);
            assertClose(trunk.gradients(), whole.gradients().slice(0, cut));
            assertClose(head.gradients(), whole.gradients().slice(cut, head.layout().length()));
        }
    }

    @Test
    void shouldKeepTheBiasOfAHeadAndLeaveItsWeightsToTheCaller() {
        ModelConfig model = new ModelConfig("resnet8s", 0, 8, -4.5, false);
        NetworkSpec spec =
                NetworkSpec.ofImages(Architectures.create(model, CLASSES, SIDE, 7), SIDE);
        try (Engine head = compile(spec.headOf(2))) {
            float[] parameters = new float[head.layout().length()];
            head.parameters().get(parameters);
            assertThat(parameters).hasSize(2 * (32 + 1)).endsWith(0, -4.5f, -4.5f);
        }
    }

    @Test
    void shouldRefuseAHeadThatIsNoDenseLayer() {
        InputType vector = InputType.feedForward(4);
        ComputationGraphConfiguration sum =
                new NeuralNetConfiguration.Builder()
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer("dense", new DenseLayer.Builder().nOut(4).build(), "in")
                        .addVertex(
                                "sum",
                                new ElementWiseVertex(ElementWiseVertex.Op.Add),
                                "in",
                                "dense")
                        .setOutputs("sum")
                        .validateOutputLayerConfig(false)
                        .setInputTypes(vector)
                        .build();
        assertThatThrownBy(() -> NetworkSpec.of(sum, List.of(vector)).headOf(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'sum' is no dense layer over a vector");
    }

    private static Engine compile(NetworkSpec spec) {
        return Engines.named("onednn").compile(spec, ROWS, OPTIONS);
    }

    private void assertClose(FloatBuffer actual, FloatBuffer expected) {
        assertThat(actual.remaining()).isEqualTo(expected.remaining());
        double largest = 0;
        for (int i = 0; i < expected.remaining(); i++) {
            largest = Math.max(largest, Math.abs(expected.get(i)));
        }
        for (int i = 0; i < expected.remaining(); i++) {
            assertThat((double) actual.get(i))
                    .as("seed=%s, value %s", seed, i)
                    .isCloseTo(expected.get(i), within(1e-6 * largest));
        }
    }

    private FloatBuffer random(int count) {
        FloatBuffer values =
                ByteBuffer.allocateDirect(Float.BYTES * count)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        for (int i = 0; i < count; i++) {
            values.put(i, (float) random.nextGaussian());
        }
        return values;
    }
}
