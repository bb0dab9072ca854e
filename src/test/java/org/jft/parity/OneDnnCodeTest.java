package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener.KernelRun;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.Pass;
import org.jft.core.engine.RanksInMemory;
import org.jft.core.model.Architectures;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * oneDNN falls back to its reference loops, hundreds of times slower, without a word where it has
 * no fast code for a layout: here it would be said.
 */
class OneDnnCodeTest {
    private static final int BATCH = 2;
    private static final int CLASSES = 1000;

    @ParameterizedTest
    @CsvSource({
        "resnet50, 64, FP32, 0, false",
        "resnet50, 64, BF16, 0, false",
        "resnet20s, 32, FP32, 0, false",
        "resnet20s, 32, BF16, 0, false",
        "resnet20s, 28, FP32, 24, false", // channels-last
        "resnet20s, 28, BF16, 24, false",
        "resnet50, 64, FP32, 0, true",
        "resnet50, 64, BF16, 0, true",
        "resnet20s, 28, FP32, 24, true",
        "resnet20s, 28, BF16, 24, true",
    })
    void shouldNeverFallBackToReferenceCode(
            String architecture, int size, Precision precision, int width, boolean shared) {
        ModelConfig model = new ModelConfig(architecture, CLASSES, width, null, false);
        check(model, size, precision, shared);
    }

    @ParameterizedTest
    @CsvSource({
        "resnet50, 64, FP32, 0",
        "resnet50, 64, BF16, 0",
        "resnet20s, 32, FP32, 0",
        "resnet20s, 28, BF16, 24", // channels-last
    })
    void shouldHaveFastCodeForTheNetworkOfBit(
            String architecture, int size, Precision precision, int width) {
        ModelConfig bit =
                new ModelConfig(
                        architecture,
                        CLASSES,
                        width,
                        null,
                        false,
                        ModelConfig.Norm.GROUP,
                        true,
                        true,
                        null,
                        null,
                        false);
        check(bit, size, precision, false);
    }

    private static void check(ModelConfig model, int size, Precision precision, boolean shared) {
        NetworkSpec network =
                NetworkSpec.ofImages(Architectures.create(model, CLASSES, size, 1), size);
        EngineConfig config = new EngineConfig("onednn", precision, 0, null, false);
        List<KernelRun> runs = new ArrayList<>();
        try (Engine engine = Engines.named("onednn").compile(network, BATCH, config)) {
            if (shared) {
                engine.shareStatistics(new RanksInMemory(1).exchange(0));
            }
            engine.profile(runs::add);
            Random random = new Random(1);
            FloatBuffer images = gaussian(random, BATCH * 3 * size * size);
            List<EngineInput> inputs = List.of(new EngineInput.Tensor(images, BATCH));
            engine.forward(inputs, Pass.INFERENCE);
            engine.forward(inputs, Pass.training(0));
            engine.backward(List.of(gaussian(random, BATCH * CLASSES)), GradientListener.NONE);
        }
        assertThat(runs).isNotEmpty();
        assertThat(runs)
                .filteredOn(run -> run.implementations().stream().anyMatch(n -> n.contains("ref")))
                .isEmpty();
    }

    private static FloatBuffer gaussian(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Draw.direct(values);
    }
}
