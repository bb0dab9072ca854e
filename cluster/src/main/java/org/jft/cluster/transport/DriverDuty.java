package org.jft.cluster.transport;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.IdleStrategy;

/**
 * Has a media driver's work done by whoever has time: a thread of its own, which sleeps when there
 * is nothing to do, and the one that waits for what the driver brings. Where workers own all cores
 * they need not hand one over for each datagram, and its bytes are still in the core's cache.
 *
 * <p>Thread-safe.
 */
final class DriverDuty implements AutoCloseable {
    private final AgentInvoker driver; // guarded by turn
    private final ReentrantLock turn = new ReentrantLock();
    private final IdleStrategy idle;
    private final Thread thread;
    private volatile boolean closed;

    /** Starts the thread. */
    DriverDuty(AgentInvoker driver, IdleStrategy idle, ThreadFactory threads) {
        this.driver = driver;
        this.idle = idle;
        driver.start();
        thread = threads.newThread(this::run);
        thread.start();
    }

    /**
     * Takes a turn unless another thread has it; returns whether there was something to do. A
     * thread that is interrupted does nothing: it would stop the driver for good.
     */
    boolean help() {
        if (Thread.currentThread().isInterrupted() || !turn.tryLock()) {
            return false;
        }
        try {
            return driver.invoke() > 0;
        } finally {
            turn.unlock();
        }
    }

    private void run() {
        while (!closed) {
            idle.idle(help() ? 1 : 0);
        }
    }

    /** Ends the thread; the driver can be closed then. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
