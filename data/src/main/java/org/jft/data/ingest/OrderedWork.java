package org.jft.data.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
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

    /** Hands out items. */
    interface Items<T> {
        /** Returns the next one; null behind the last. */
        T next() throws IOException;
    }

    /** Takes a result and what it is of, in order. */
    interface Sink<T, R> {
        void take(T item, R result) throws IOException;
    }

    private record Pending<T, R>(T item, Future<R> result) {}

    /**
     * Runs it.
     *
     * @param work called on this thread, in order; what it returns runs on any
     */
    static <T, R> void run(Items<T> items, Function<T, Callable<R>> work, Sink<T, R> sink)
            throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool =
                Executors.newFixedThreadPool(
                        threads,
                        task -> {
                            Thread thread = new Thread(task, "ingest");
                            thread.setDaemon(true);
                            return thread;
                        });
        Deque<Pending<T, R>> window = new ArrayDeque<>();
        try {
            boolean more = true;
            while (more || !window.isEmpty()) {
                while (more && window.size() < threads * WINDOW_PER_THREAD) {
                    T item = items.next();
                    more = item != null;
                    if (more) {
                        window.add(new Pending<>(item, pool.submit(work.apply(item))));
                    }
                }
                if (!window.isEmpty()) {
                    Pending<T, R> done = window.remove();
                    sink.take(done.item, result(done.result));
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** The same for the items 0, 1, ..., count - 1. */
    static <R> void run(long count, LongFunction<Callable<R>> work, Sink<Long, R> sink) {
        long[] next = {0};
        try {
            run(() -> next[0] < count ? next[0]++ : null, work::apply, sink);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
            if (e.getCause() instanceof IOException failure) {
                throw new UncheckedIOException(failure);
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JftException(Category.ABORT_RUN, "interrupted", e);
        }
    }
}
