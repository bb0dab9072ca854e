package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.Pass;
import org.junit.jupiter.api.Test;

/** Convolutions that leave sums, against kernels that read their results again. */
class ConvolutionSumsTest {
    private static final int ROWS = 2;
    private static final int SIZE = 16;
    private static final double OUTPUTS = 3e-3;
    private static final double GRADIENTS = 5e-2; // a rounding of float16 may turn a rectifier

    private final long seed = System.nanoTime();

    /** What a step gives. */
    private record Results(double[] outputs, double[] gradients) {}

    @Test
    void shouldGiveANetworkTheSameStatistics() {
        Results read = step(new EmulatedCuda(false, false));
        Results summed = step(new EmulatedCuda(false, true));
        assertThat(summed.gradients).as("another way").isNotEqualTo(read.gradients);
        assertThat(distance(summed.outputs, read.outputs)).as("seed=%s", seed).isLessThan(OUTPUTS);
        assertThat(distance(summed.gradients, read.gradients))
                .as("seed=%s", seed)
                .isLessThan(GRADIENTS);
    }

    private Results step(EmulatedCuda factory) {
        Random random = new Random(seed);
        EngineConfig config = new EngineConfig("cuda", Precision.FP16, 0, null, false);
        try (Engine engine = factory.compile(Networks.spec("resnet8s", SIZE), ROWS, config)) {
            FloatBuffer images = normal(ROWS * 3 * SIZE * SIZE, random);
            double[] outputs =
                    read(
                            engine.forward(
                                            List.of(new EngineInput.Tensor(images, ROWS)),
                                            Pass.training(0))
                                    .get(0));
            engine.backward(
                    List.of(normal(ROWS * Networks.CLASSES, random)), GradientListener.NONE);
            return new Results(outputs, read(engine.gradients()));
        }
    }

    private static FloatBuffer normal(int count, Random random) {
        FloatBuffer values =
                ByteBuffer.allocateDirect(Float.BYTES * count)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        for (int i = 0; i < count; i++) {
            values.put(i, (float) random.nextGaussian());
        }
        return values;
    }

    private static double[] read(FloatBuffer buffer) {
        double[] values = new double[buffer.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = buffer.get(buffer.position() + i);
        }
        return values;
    }

    private static double distance(double[] actual, double[] expected) {
        double squares = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += Math.pow(actual[i] - expected[i], 2);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(squares / norm);
    }
}
