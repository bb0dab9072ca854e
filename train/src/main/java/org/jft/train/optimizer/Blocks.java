package org.jft.train.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Throwables;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several threads that share out the blocks of long vectors. Blocks are fixed and the work on one
 * depends on that block alone, so results have the same bits on any number of threads.
 *
 * <p>Vectors lie off-heap; a thread copies its block of each into arrays of its own, where the JIT
 * vectorises the arithmetic and the caches hold it, and back. Reach a buffer from here by its
 * absolute bulk methods only: they leave the shared position alone.
 *
 * <p>The calling thread takes part. One that is late is not waited for, and one that waits sleeps.
 * Not thread-safe: one owner thread, which closes it.
 */
public final class Blocks implements AutoCloseable {
    /** Most floats of a block. */
    public static final int SIZE = 4096;

    /** Arrays a thread has: parameter, gradient, two of an update rule. */
    private static final int ARRAYS = 4;

    /** Blocks a thread takes at a time; a vector of fewer is not worth waking another thread. */
    private static final int TAKE = 16;

    /** What is done with one block. */
    @FunctionalInterface
    public interface Work {
        /**
         * Called once for each block, by any of the threads.
         *
         * @param block number of the block, from 0
         * @param arrays of {@link #SIZE} floats each, the thread's own; their content is left over
         */
        void run(int block, float[][] arrays);
    }

    private final float[][][] arrays; // [thread][ARRAYS][SIZE]
    private final ThreadPoolExecutor helpers;

    /**
     * Starts the threads.
     *
     * @param threads the owner's included
     */
    public Blocks(int threads) {
        checkArgument(threads > 0, "threads must be positive: %s", threads);
        arrays = new float[threads][ARRAYS][SIZE];
        AtomicInteger started = new AtomicInteger();
        helpers =
                new ThreadPoolExecutor(
                        threads - 1,
                        Math.max(1, threads - 1),
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            String name = "jft-blocks-" + started.incrementAndGet();
                            Thread thread = new Thread(task, name);
                            thread.setDaemon(true);
                            return thread;
                        });
        // Now, by this thread: a thread inherits the cores of the one that starts it, and an owner
        // that drives an engine may later be bound to a single one.
        helpers.prestartAllCoreThreads();
    }

    /** Returns how many blocks a vector has that is cut every {@link #SIZE} floats. */
    public static int count(int length) {
        return (length + SIZE - 1) / SIZE;
    }

    /** Does the work on blocks 0 to {@code count - 1}; returns when all is done. */
    public void forEach(int count, Work work) {
        Round round = new Round(count, work);
        int helping = Math.min(arrays.length - 1, (count - 1) / TAKE);
        for (int thread = 1; thread <= helping; thread++) {
            float[][] own = arrays[thread];
            helpers.execute(() -> round.help(own));
        }
        round.lead(arrays[0]);
    }

    /** Ends the threads. */
    @Override
    public void close() {
        helpers.shutdown();
    }

    /** One vector's worth of work. */
    private static final class Round {
        private final int count;
        private final Work work;
        private final AtomicInteger next = new AtomicInteger();

        // Guarded by this.
        private int helping;
        private boolean over;
        private Throwable failure;

        Round(int count, Work work) {
            this.count = count;
            this.work = work;
        }

        void lead(float[][] own) {
            work(own);
            awaitHelpers();
            if (failure != null) {
                Throwables.throwIfUnchecked(failure);
                throw new IllegalStateException(failure);
            }
        }

        void help(float[][] own) {
            if (enter()) {
                work(own);
                leave();
            }
        }

        private void work(float[][] own) {
            try {
                for (int from; (from = next.getAndAdd(TAKE)) < count; ) {
                    int to = Math.min(count, from + TAKE);
                    for (int block = from; block < to; block++) {
                        work.run(block, own);
                    }
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }

        private synchronized boolean enter() {
            helping += over ? 0 : 1;
            return !over;
        }

        private synchronized void leave() {
            helping--;
            notifyAll();
        }

        private synchronized void fail(Throwable e) {
            failure = failure == null ? e : failure;
        }

        private synchronized void awaitHelpers() {
            over = true;
            boolean interrupted = false;
            while (helping > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true; // half a step must not be seen
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
