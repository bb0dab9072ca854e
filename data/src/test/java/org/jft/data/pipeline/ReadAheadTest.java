package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jft.data.shard.PartialStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ReadAheadTest {
    private static final int BATCH = 5;

    private final FarStore store = new FarStore();
    private final BatchPlan plan = new EvaluationBatches(0, 48, BATCH); // the last has 3

    @Test
    void shouldHintTheRowsOfTheBatchesAheadInTheirOrderAndNoOthers() throws InterruptedException {
        try (ReadAhead ahead = new ReadAhead(store, plan, position -> position * 7 % 48, 2)) {
            ahead.start();
            store.awaitHints(2 * BATCH);
            for (int begun = 1; begun <= 10; begun++) {
                Thread.sleep(20); // for hints that should not come
                int expected = Math.min(48, (begun + 1) * BATCH);
                assertThat(store.hints())
                        .isEqualTo(
                                LongStream.range(0, expected)
                                        .map(position -> position * 7 % 48)
                                        .boxed()
                                        .toList());
                ahead.advance();
                store.awaitHints(Math.min(48, (begun + 2) * BATCH));
            }
        }
    }

    @Test
    void shouldGoOnAfterAHintThatFails() throws InterruptedException {
        store.failing = 3;
        try (ReadAhead ahead = new ReadAhead(store, plan, position -> position, 100)) {
            ahead.start();
            store.awaitHints(47);
            assertThat(store.hints()).doesNotContain(3L);
        }
    }

    @Test
    void shouldEndWhileItWaits() {
        ReadAhead ahead = new ReadAhead(store, plan, position -> position, 1);
        ahead.start();
        ahead.close();
        assertThat(store.hints().size()).isLessThanOrEqualTo(2 * BATCH);
    }

    /** Remembers hints; whoever asks for more is wrong. */
    private static final class FarStore implements PartialStore {
        private final List<Long> hints = Collections.synchronizedList(new ArrayList<>());
        private volatile long failing = -1;

        List<Long> hints() {
            synchronized (hints) {
                return List.copyOf(hints);
            }
        }

        void awaitHints(int count) throws InterruptedException {
            while (hints.size() < count) {
                Thread.sleep(1);
            }
        }

        @Override
        public void willNeed(long row) {
            if (row == failing) {
                throw new IllegalStateException("out of reach");
            }
            hints.add(row);
        }

        @Override
        public long rowCount() {
            return 48;
        }
    }
}
