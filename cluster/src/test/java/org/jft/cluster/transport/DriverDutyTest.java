package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;

class DriverDutyTest {
    private static final long DEADLINE_NS = 20_000_000_000L;

    private final Driver driver = new Driver();
    private final AgentInvoker invoker =
            new AgentInvoker(
                    error -> {
                        throw new AssertionError(error);
                    },
                    null,
                    driver);

    @Test
    void shouldDoTheWorkWhileNobodyHelps() {
        try (DriverDuty duty = new DriverDuty(invoker, new YieldingIdleStrategy(), Thread::new)) {
            await(() -> driver.turns.get() > 100);
        }
        int turns = driver.turns.get();
        assertThat(invoker.invoke()).as("whoever closes it has it for himself").isEqualTo(1);
        assertThat(driver.turns.get()).isEqualTo(turns + 1);
    }

    @Test
    void shouldSayWhetherThereWasWork() {
        // Its own thread sleeps as good as always, so turns are had when asked for.
        try (DriverDuty duty =
                new DriverDuty(invoker, new SleepingMillisIdleStrategy(500), Thread::new)) {
            await(duty::help);
            driver.busy.set(false);
            int turns = driver.turns.get();
            await(
                    () -> {
                        assertThat(duty.help()).isFalse();
                        return driver.turns.get() > turns + 10;
                    });
        }
    }

    @Test
    void shouldGoOnWhenAThreadThatHelpsIsInterrupted() {
        driver.busy.set(false); // an invoker stops for good on a turn without work
        try (DriverDuty duty = new DriverDuty(invoker, new YieldingIdleStrategy(), Thread::new)) {
            for (int i = 0; i < 1_000; i++) {
                Thread.currentThread().interrupt();
                assertThat(duty.help()).isFalse();
                assertThat(Thread.interrupted()).isTrue();
            }
            int turns = driver.turns.get();
            await(() -> driver.turns.get() > turns + 10);
        }
    }

    @Test
    void shouldNeverLetTwoThreadsWorkAtATime() {
        try (DriverDuty duty = new DriverDuty(invoker, new YieldingIdleStrategy(), Thread::new)) {
            await(
                    () -> {
                        duty.help();
                        return driver.changesOfThread.get() > 20;
                    });
        }
        assertThat(driver.collided.get()).isFalse();
    }

    private static void await(BooleanSupplier condition) {
        long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - startNs).as("waited too long").isLessThan(DEADLINE_NS);
            Thread.yield();
        }
    }

    /** Counts turns, and sees when one begins while another goes on. */
    private static final class Driver implements Agent {
        private final AtomicInteger turns = new AtomicInteger();
        private final AtomicInteger changesOfThread = new AtomicInteger();
        private final AtomicBoolean busy = new AtomicBoolean(true);
        private final AtomicBoolean working = new AtomicBoolean();
        private final AtomicBoolean collided = new AtomicBoolean();
        private Thread last;

        @Override
        public int doWork() {
            if (!working.compareAndSet(false, true)) {
                collided.set(true);
            }
            Thread.yield(); // for another to come
            if (last != Thread.currentThread()) {
                last = Thread.currentThread();
                changesOfThread.incrementAndGet();
            }
            turns.incrementAndGet();
            working.set(false);
            return busy.get() ? 1 : 0;
        }

        @Override
        public String roleName() {
            return "driver";
        }
    }
}
