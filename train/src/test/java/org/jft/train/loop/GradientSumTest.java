package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.jft.cluster.collective.Collective;
import org.jft.train.optimizer.Blocks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GradientSumTest {
    private final long seed = System.nanoTime();
    private final GradientExchange exchange = new GradientExchange();

    @AfterEach
    void close() {
        exchange.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldAddMicroBatchesInOrderOnAnyNumberOfThreads(int threads) {
        Random random = new Random(seed);
        int length = 1 + random.nextInt(60 * Blocks.SIZE);
        FloatBuffer gradients = direct(length);
        try (Blocks blocks = new Blocks(threads)) {
            GradientSum sum = inOne(gradients, blocks, false);
            for (int step = 0; step < 2; step++) {
                sum.begin();
                float[] expected = new float[length];
                for (int micro = 0; micro < 3; micro++) {
                    add(sum, gradients, draw(random, length), expected);
                }
                sum.reduce(Collective.solo());
                assertThat(array(sum.gradients())).as("seed=%s", seed).isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldTakeASingleMicroBatchWhereItIs() {
        FloatBuffer gradients = direct(10);
        try (Blocks blocks = new Blocks(1)) {
            GradientSum sum = inOne(gradients, blocks, false);
            for (int step = 0; step < 2; step++) {
                sum.begin();
                sum.beforePass();
                sum.add();
                sum.reduce(Collective.solo());
                gradients.put(3, 7f + step);
                assertThat(sum.gradients().get(3)).isEqualTo(7f + step);
            }
        }
    }

    /** A first sum fails half-way; a second takes in what the lost worker had, or nothing. */
    @ParameterizedTest
    @CsvSource({"0, 0", "0, 2", "1, 0", "1, 1", "3, 0", "3, 2"})
    void shouldSumAgainWithOtherWorkers(int microBatches, int more) {
        Random random = new Random(seed);
        int length = 3 * Blocks.SIZE + 5;
        FloatBuffer gradients = direct(length);
        float[] expected = new float[length];
        try (Blocks blocks = new Blocks(1)) {
            GradientSum sum = inOne(gradients, blocks, true);
            sum.begin();
            for (int i = 0; i < microBatches; i++) {
                add(sum, gradients, draw(random, length), expected);
            }
            assertThatThrownBy(() -> sum.reduce(new Failing())).hasMessage("half-way");
            for (int i = 0; i < more; i++) {
                add(sum, gradients, draw(random, length), expected);
            }
            sum.reduce(Collective.solo());
            assertThat(array(sum.gradients())).as("seed=%s", seed).isEqualTo(expected);
        }
    }

    private GradientSum inOne(FloatBuffer gradients, Blocks blocks, boolean keeps) {
        Buckets buckets = new Buckets(gradients.capacity(), gradients.capacity());
        return new GradientSum(gradients, blocks, buckets, exchange, keeps);
    }

    private static void add(
            GradientSum sum, FloatBuffer gradients, float[] term, float[] expected) {
        sum.beforePass();
        gradients.put(0, term);
        sum.add();
        for (int i = 0; i < expected.length; i++) {
            expected[i] += term[i];
        }
    }

    private static float[] draw(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private static float[] array(FloatBuffer values) {
        float[] array = new float[values.capacity()];
        values.get(0, array);
        return array;
    }

    /** Two ranks, of which one goes when half is summed. */
    private static final class Failing extends StandInCollective {
        @Override
        public void allReduce(FloatBuffer source, FloatBuffer sum) {
            for (int i = 0; i < source.remaining() / 2; i++) {
                sum.put(i, 99);
            }
            throw new IllegalStateException("half-way");
        }
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
