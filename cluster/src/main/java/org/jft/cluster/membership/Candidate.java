package org.jft.cluster.membership;

import java.util.Comparator;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.jft.cluster.protocol.Standing;

/** A process that is, or wants to be, a member: what {@link MembershipState} knows of it. */
final class Candidate {
    /** "worker 2" before "worker 10": as launchers count, and so host by host. */
    static final Comparator<Candidate> BY_NAME =
            Comparator.<Candidate>comparingInt(each -> each.standing.name().length())
                    .thenComparing(each -> each.standing.name());

    static final long HERE = Long.MAX_VALUE;

    long session; // changes when it connects anew
    Standing standing;

    /** Whether it has said how far it is and waits for the next generation. */
    boolean waiting;

    /** When it has waited long enough for others; only while it waits. */
    long deadlineMs;

    /** Rank, in the generation that ends, of the peer it could not reach. */
    OptionalInt suspect = OptionalInt.empty();

    /** How many generations in a row have ended because others could not reach it. */
    int strikes;

    /** When it is lost unless it is back by then; {@link #HERE} while it has a session. */
    long returnByMs = HERE;

    Candidate(long session) {
        this.session = session;
    }

    /** Begins to wait; said again, it has already begun. */
    void await(Standing standing, OptionalInt suspect, long deadlineMs) {
        if (!waiting) {
            this.standing = standing;
            this.suspect = suspect;
            this.deadlineMs = deadlineMs;
            waiting = true;
        }
    }

    /** Returns the times at which something has to be decided about it, if nothing happens. */
    LongStream deadlinesMs() {
        return LongStream.of(waiting ? deadlineMs : HERE, returnByMs).filter(ms -> ms != HERE);
    }

    boolean overdue(long nowMs) {
        return waiting && nowMs >= deadlineMs;
    }

    @Override
    public String toString() {
        return standing.toString();
    }
}
