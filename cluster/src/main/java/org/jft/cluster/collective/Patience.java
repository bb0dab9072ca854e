package org.jft.cluster.collective;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How to wait for a peer on cores that others need too: yields first, because the peer may be about
 * to answer, then sleeps. Never spins. Knows when the wait has been too long.
 */
final class Patience {
    private static final int YIELDS = 100;
    private static final long SLEEP_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final int TURNS_PER_LOOK = 16;

    /** What to do after a turn without work. */
    enum Verdict {
        /** Try again. */
        WAIT,
        /** Try again, but see first whether peers are alive. */
        LOOK,
        /** The time is over. */
        GIVE_UP
    }

    private final Duration timeout;
    private long idleSinceNs;
    private int turns;

    Patience(Duration timeout) {
        this.timeout = timeout;
    }

    /** Something moved: the wait begins anew. */
    void reset() {
        turns = 0;
    }

    /** Returns how long nothing has moved. */
    Duration waited() {
        return turns == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - idleSinceNs);
    }

    /** Waits for one turn. */
    Verdict idle() {
        if (turns == 0) {
            idleSinceNs = System.nanoTime();
        }
        turns++;
        if (turns <= YIELDS) {
            Thread.yield();
            return Verdict.WAIT;
        }
        LockSupport.parkNanos(SLEEP_NS);
        if (turns % TURNS_PER_LOOK != 0) {
            return Verdict.WAIT;
        }
        return waited().compareTo(timeout) >= 0 ? Verdict.GIVE_UP : Verdict.LOOK;
    }
}
