package org.jft.train.loop;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * A thread to start other threads from. Where engine threads are bound to cores, libgomp binds the
 * thread that loads it too, and a thread inherits the cores of the one that starts it: decoders
 * started by an engine's owner would all share its one core. This one is started before an engine
 * is, and so keeps all of the process's cores.
 */
final class FreeThread implements AutoCloseable {
    private final ExecutorService executor =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "jft-free");
                        thread.setDaemon(true);
                        return thread;
                    });

    FreeThread() {
        call(() -> null); // starts it now, not on first use
    }

    /** Returns what the supplier returns there, or throws what it throws. */
    <T> T call(Supplier<T> supplier) {
        Future<T> result = executor.submit(supplier::get);
        try {
            return Uninterruptibles.getUninterruptibly(result);
        } catch (ExecutionException e) {
            Throwables.throwIfUnchecked(e.getCause());
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
