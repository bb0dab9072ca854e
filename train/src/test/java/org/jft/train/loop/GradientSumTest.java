package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.jft.cluster.collective.Collective;
import org.jft.train.optimizer.Blocks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientSumTest {
    private final long seed = System.nanoTime();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldAddMicroBatchesInOrderOnAnyNumberOfThreads(int threads) {
        Random random = new Random(seed);
        int length = 1 + random.nextInt(60 * Blocks.SIZE);
        FloatBuffer gradients = direct(length);
        float[] expected = new float[length];
        try (Blocks blocks = new Blocks(threads)) {
            GradientSum sum = new GradientSum(gradients, 3, blocks);
            for (int micro = 0; micro < 3; micro++) {
                for (int i = 0; i < length; i++) {
                    gradients.put(i, random.nextFloat() - 0.5f);
                    expected[i] += gradients.get(i);
                }
                if (micro == 0) {
                    sum.set(0.5);
                } else {
                    sum.add(0.25);
                }
            }
            sum.reduce(Collective.solo(), false);
            float[] actual = new float[length];
            sum.gradients().get(0, actual);
            assertThat(actual).as("seed=%s", seed).isEqualTo(expected);
            assertThat(sum.loss()).isCloseTo(1, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldTakeASingleMicroBatchAsItIs(int steps) {
        FloatBuffer gradients = direct(10);
        try (Blocks blocks = new Blocks(1)) {
            GradientSum sum = new GradientSum(gradients, 1, blocks);
            for (int step = 0; step < steps; step++) {
                gradients.put(3, 7f + step);
                sum.set(0.5 + step);
            }
            sum.reduce(Collective.solo(), false);
            assertThat(sum.gradients().get(3)).isEqualTo(6f + steps);
            assertThat(sum.loss()).isEqualTo(steps - 0.5);
        }
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
