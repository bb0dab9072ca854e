package org.jft.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlocksTest {
    private final long seed = System.nanoTime();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldDoEachBlockOnce(int threads) {
        Random random = new Random(seed);
        try (Blocks blocks = new Blocks(threads)) {
            for (int round = 0; round < 200; round++) {
                int count = random.nextInt(120);
                AtomicIntegerArray done = new AtomicIntegerArray(count);
                blocks.forEach(count, (block, arrays) -> done.incrementAndGet(block));
                int[] expected = new int[count];
                Arrays.fill(expected, 1);
                assertThat(done).as("seed=%s round %s", seed, round).hasToString(text(expected));
            }
        }
    }

    @Test
    void shouldLendEachThreadArraysOfItsOwn() {
        Set<float[][]> lent = ConcurrentHashMap.newKeySet(); // arrays equal by identity
        CountDownLatch bothInside = new CountDownLatch(2);
        try (Blocks blocks = new Blocks(2)) {
            blocks.forEach(
                    100,
                    (block, arrays) -> {
                        if (lent.add(arrays)) {
                            bothInside.countDown();
                            await(bothInside);
                        }
                    });
        }
        assertThat(lent).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldPassOnWhatABlockThrowsAndGoOn(int threads) {
        try (Blocks blocks = new Blocks(threads)) {
            assertThatThrownBy(
                            () ->
                                    blocks.forEach(
                                            100,
                                            (block, arrays) -> {
                                                if (block == 70) {
                                                    throw new IllegalStateException("block 70");
                                                }
                                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("block 70");
            AtomicIntegerArray done = new AtomicIntegerArray(1);
            blocks.forEach(100, (block, arrays) -> done.incrementAndGet(0));
            assertThat(done.get(0)).isEqualTo(100);
        }
    }

    @Test
    void shouldFinishARoundAndStayInterruptedWhenInterrupted() {
        try (Blocks blocks = new Blocks(2)) {
            AtomicIntegerArray done = new AtomicIntegerArray(1);
            Thread.currentThread().interrupt();
            blocks.forEach(100, (block, arrays) -> done.incrementAndGet(0));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(done.get(0)).isEqualTo(100);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(int[] values) {
        return Arrays.toString(values);
    }
}
