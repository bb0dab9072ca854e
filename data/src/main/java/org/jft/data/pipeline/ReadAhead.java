package org.jft.data.pipeline;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.concurrent.Semaphore;
import java.util.function.LongUnaryOperator;
import org.jft.data.shard.SampleStore;

/**
 * Tells a store far away which rows come next, so that they are near when they are decoded: those
 * of so many batches beyond the one that decoding has begun.
 */
final class ReadAhead implements AutoCloseable {
    private final SampleStore store;
    private final BatchPlan plan;
    private final LongUnaryOperator rowAt;
    private final Semaphore batches;
    private final Thread thread = new Thread(this::run, "jft-read-ahead");
    private volatile boolean closed;

    /**
     * @param rowAt the row at a position of the plan
     * @param ahead batches, at least 1
     */
    ReadAhead(SampleStore store, BatchPlan plan, LongUnaryOperator rowAt, int ahead) {
        this.store = store;
        this.plan = plan;
        this.rowAt = rowAt;
        this.batches = new Semaphore(ahead);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Decoding has begun one more batch. */
    void advance() {
        batches.release();
    }

    private void run() {
        for (long batch = 0; batch < plan.batchCount(); batch++) {
            batches.acquireUninterruptibly();
            long first = plan.firstPosition(batch);
            for (int place = 0; place < plan.size(batch); place++) {
                if (closed) {
                    return;
                }
                try {
                    store.willNeed(rowAt.applyAsLong(first + place));
                } catch (RuntimeException e) {
                    continue; // who reads the row meets the same failure, and reports it
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        batches.release();
        Uninterruptibles.joinUninterruptibly(thread);
    }
}
