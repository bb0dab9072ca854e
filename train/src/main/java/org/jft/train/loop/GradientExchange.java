package org.jft.train.loop;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jft.cluster.collective.Collective;

/**
 * Sums parts of a gradient over the workers on a thread of its own, in the order they are given,
 * while the engine makes the next ones. From {@link #begin} to the end of {@link #finish} or {@link
 * #stop} the collective is that thread's, but for the time that {@link #awaitParts} gives.
 *
 * <p>Its thread keeps the cores of the thread that makes it: make it before an engine, whose
 * libraries may bind their thread to one core. One owner thread, which closes it.
 */
final class GradientExchange implements AutoCloseable {
    private final ThreadPoolExecutor thread;
    private final List<Future<?>> parts = new ArrayList<>();
    private Collective collective; // null between exchanges
    private long busyNs; // the thread's, until all parts are done
    private long waitedNs; // for parts, by the owner

    /** Starts the thread. */
    GradientExchange() {
        thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread made = new Thread(task, "jft-exchange");
                            made.setDaemon(true);
                            return made;
                        });
        thread.prestartAllCoreThreads();
    }

    /** Hands the collective over; what was under way is given up. */
    void begin(Collective with) {
        stop();
        collective = with;
        busyNs = 0;
        waitedNs = 0;
    }

    /** Returns whether it has a collective, and this one. */
    boolean isOver(Collective one) {
        return collective != null && collective == one;
    }

    /**
     * Sums a part, behind those before it; returns at once.
     *
     * @param source from position to limit; left as it is
     * @param sum likewise; may be the source
     */
    void start(FloatBuffer source, FloatBuffer sum) {
        Collective over = collective;
        Future<?> before = parts.isEmpty() ? null : parts.get(parts.size() - 1);
        parts.add(thread.submit(() -> sum(over, source, sum, before)));
    }

    private void sum(Collective over, FloatBuffer source, FloatBuffer sum, Future<?> before) {
        if (before != null) {
            get(before); // it is done; if it has failed, so has this
        }
        long startNs = System.nanoTime();
        over.allReduce(source, sum);
        busyNs += System.nanoTime() - startNs;
    }

    /**
     * Waits for the parts given so far: until the next is given, the collective may be the caller's
     * for other things.
     *
     * @throws RuntimeException what ended the exchange, as the collective has thrown it
     */
    void awaitParts() {
        if (!parts.isEmpty()) {
            long startNs = System.nanoTime();
            get(parts.get(parts.size() - 1));
            waitedNs += System.nanoTime() - startNs;
        }
    }

    /**
     * Waits for all parts and takes the collective back.
     *
     * @return nanoseconds that sums took while nobody was waiting for them
     * @throws RuntimeException what ended the exchange, as the collective has thrown it
     */
    long finish() {
        try {
            awaitParts();
            return Math.max(0, busyNs - waitedNs);
        } finally {
            parts.clear();
            collective = null;
        }
    }

    /** Gives up what is under way: whatever it waits for, it is interrupted and let go of. */
    void stop() {
        if (collective != null) {
            parts.forEach(part -> part.cancel(true));
            get(thread.submit(() -> {})); // comes to its turn when nothing runs any more
            parts.clear();
            collective = null;
        }
    }

    private static void get(Future<?> part) {
        try {
            Uninterruptibles.getUninterruptibly(part);
        } catch (ExecutionException e) {
            Throwables.throwIfUnchecked(e.getCause());
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        stop();
        thread.shutdown();
    }
}
