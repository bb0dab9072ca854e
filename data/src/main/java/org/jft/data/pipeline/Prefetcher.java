package org.jft.data.pipeline;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Threads that fill slots ahead of their use.
 *
 * <pre>
 *   free --> filling: its places are dealt to the threads --> in order --> next()
 *    ^                                                                       |
 *    +------------------------------ release() ------------------------------+
 * </pre>
 *
 * Slots are begun and come out in batch order; their places are filled in any order. When all slots
 * are full or in use, the threads wait. A failure stays with its batch: those before it still come
 * out. One consumer thread; {@link #release} and {@link #close} may come from any.
 */
final class Prefetcher implements AutoCloseable {
    private final BatchPlan plan;
    private final Runnable onBegin;
    private final List<Thread> threads = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition workAppeared = lock.newCondition();
    private final Condition batchFinished = lock.newCondition();

    // All below guarded by lock.
    private final Deque<Slot> free = new ArrayDeque<>();
    private final Deque<Slot> inOrder = new ArrayDeque<>();
    private Slot filling;
    private long begun;
    private boolean closed;
    private long waitNanos;

    /**
     * @param onBegin called whenever a batch is begun
     */
    Prefetcher(BatchPlan plan, int slots, int placeBytes, Runnable onBegin) {
        this.plan = plan;
        this.onBegin = onBegin;
        for (int i = 0; i < slots; i++) {
            free.add(new Slot(plan.capacity(), placeBytes));
        }
    }

    /** Starts one thread per reader; each closes its own. */
    void start(List<SampleReader> readers) {
        for (SampleReader reader : readers) {
            Thread thread = new Thread(() -> work(reader), "jft-decode-" + threads.size());
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /**
     * Waits for the next batch.
     *
     * @return null after the last
     * @throws RuntimeException the failure of a thread that worked on this batch
     */
    Slot next() {
        lock.lock();
        try {
            Slot slot = awaitFinished();
            if (slot != null && slot.failure() != null) {
                throw slot.failure();
            }
            return slot;
        } finally {
            lock.unlock();
        }
    }

    void release(Slot slot) {
        lock.lock();
        try {
            free.add(slot);
            workAppeared.signal();
        } finally {
            lock.unlock();
        }
    }

    long waitNanos() {
        lock.lock();
        try {
            return waitNanos;
        } finally {
            lock.unlock();
        }
    }

    /** Stops the threads and waits for them; each finishes the image it is at. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            workAppeared.signalAll();
            batchFinished.signalAll();
        } finally {
            lock.unlock();
        }
        // Not by interrupts: they would close the file channels that all threads share.
        threads.forEach(Uninterruptibles::joinUninterruptibly);
    }

    private Slot awaitFinished() {
        long start = System.nanoTime();
        try {
            while (true) {
                checkState(!closed, "the loader is closed");
                if (!inOrder.isEmpty() && inOrder.peek().finished()) {
                    return inOrder.poll();
                }
                if (inOrder.isEmpty() && begun == plan.batchCount()) {
                    return null;
                }
                checkState(
                        !inOrder.isEmpty() || !free.isEmpty(),
                        "every batch is in use: close one before asking for the next");
                batchFinished.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JftException(
                    Category.ABORT_RANK, "interrupted while waiting for the next batch", e);
        } finally {
            waitNanos += System.nanoTime() - start;
        }
    }

    private void work(SampleReader reader) {
        try (reader) {
            for (Place place = take(); place != null; place = take()) {
                fill(reader, place);
            }
        }
    }

    private void fill(SampleReader reader, Place place) {
        Slot slot = place.slot();
        try {
            reader.read(slot, place.index());
        } catch (RuntimeException | Error e) {
            slot.fail(named(e, slot.firstPosition() + place.index()));
        }
        if (slot.finishPlace()) {
            complete(reader, slot);
            lock.lock();
            try {
                batchFinished.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private static void complete(SampleReader reader, Slot slot) {
        try {
            if (slot.failure() == null) {
                reader.complete(slot);
            }
        } catch (RuntimeException | Error e) {
            slot.fail(named(e, slot.firstPosition()));
        }
        slot.finish();
    }

    /** Waits for a place to fill; null when there will be none. */
    private Place take() {
        lock.lock();
        try {
            while (!closed) {
                int index = filling == null ? -1 : filling.takePlace();
                if (index >= 0) {
                    return new Place(filling, index);
                }
                if (begun == plan.batchCount()) {
                    return null;
                }
                if (free.isEmpty()) {
                    workAppeared.awaitUninterruptibly();
                } else {
                    begin(free.poll());
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void begin(Slot slot) {
        slot.begin(plan.size(begun), plan.firstPosition(begun));
        begun++;
        onBegin.run();
        filling = slot;
        inOrder.add(slot);
        workAppeared.signalAll();
    }

    private static RuntimeException named(Throwable cause, long position) {
        if (cause instanceof JftException known) {
            return known;
        }
        return new JftException(
                Category.ABORT_RANK,
                "reading the sample at position %d failed: %s".formatted(position, cause),
                cause);
    }

    private record Place(Slot slot, int index) {}
}
