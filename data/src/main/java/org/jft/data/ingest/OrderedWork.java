package org.jft.data.ingest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Runs work on all cores and hands the results over one by one, in order, on this thread. Work that
 * is under way or waits for an earlier result is bounded, and so is what it holds in memory.
 */
final class OrderedWork {
    /** Results that may wait for a slow one before them, per thread. */
    private static final int WINDOW_PER_THREAD = 8;

    private OrderedWork() {}

    /** Takes a result; {@code index} ascends without gaps. */
    interface Sink<R> {
        void take(long index, R result);
    }

    /**
     * Runs it.
     *
     * @param work called on this thread, in order; what it returns runs on any
     */
    static <R> void run(long count, LongFunction<Callable<R>> work, Sink<R> sink) {
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool =
                Executors.newFixedThreadPool(
                        threads,
                        task -> {
                            Thread thread = new Thread(task, "ingest");
                            thread.setDaemon(true);
                            return thread;
                        });
        Deque<Future<R>> window = new ArrayDeque<>();
        try {
            long submitted = 0;
            for (long next = 0; next < count; next++) {
                while (submitted < count && window.size() < threads * WINDOW_PER_THREAD) {
                    window.add(pool.submit(work.apply(submitted++)));
                }
                sink.take(next, result(window.remove()));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static <R> R result(Future<R> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JftException(Category.ABORT_RUN, "interrupted", e);
        }
    }
}
