package org.jft.cluster.launch;

import java.time.Duration;

/**
 * Tells when a node of a coordinator has nothing to do, and whether that is because the job is
 * over.
 */
final class IdleWatch {
    private final long waitNs;
    private final long idleNs;
    private boolean came; // somebody
    private long busyNs; // when it last was
    private boolean over; // as far as this node has heard

    /**
     * Begins.
     *
     * @param wait how long without anybody is long enough at first
     * @param idle how long once somebody has been there
     */
    IdleWatch(Duration wait, Duration idle, long nowNs) {
        waitNs = wait.toNanos();
        idleNs = idle.toNanos();
        busyNs = nowNs;
    }

    /**
     * Looks.
     *
     * @param inTouch whether this node hears of a leader; if not, it does not know who is there
     * @param empty whether nobody is in the job, as far as this node knows
     */
    void look(boolean inTouch, boolean empty, long nowNs) {
        if (inTouch) {
            over = empty;
            came |= !empty;
            busyNs = empty ? busyNs : nowNs;
        }
    }

    /** Returns whether nobody was there, or no leader, for long enough. */
    boolean expired(long nowNs) {
        return nowNs - busyNs >= (came ? idleNs : waitNs);
    }

    /** Returns whether nobody was in the job when this node last heard of a leader. */
    boolean jobIsOver() {
        return over;
    }
}
