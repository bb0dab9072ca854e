package org.jft.cluster.membership;

import static java.util.stream.Collectors.joining;

import java.util.Comparator;
import java.util.List;
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

    /** In a sentence, which must fit into a message. */
    private static final int MAX_NAMES = 20;

    long session; // changes when it connects anew
    long heardUnder; // the last under which it has heard something, as it said in coming
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

    /** Whether it has come with the state of the generation before, which was given up. */
    boolean withState;

    Candidate(long session, long heardUnder) {
        this.session = session;
        this.heardUnder = heardUnder;
    }

    /**
     * Returns whether this is the process that has heard something last under one session and now
     * comes under another. One of an older session than this has come since comes too late.
     */
    boolean isBack(long previous, long now) {
        return (session == previous || heardUnder == previous) && now > session;
    }

    /** Comes back under another session. */
    void resume(long previous, long now) {
        session = now;
        heardUnder = previous;
        returnByMs = HERE;
    }

    boolean hasName(String name) {
        return standing.name().equals(name);
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

    /** Names some, and says how many more there are. */
    static String names(List<Candidate> candidates) {
        String first =
                candidates.stream()
                        .limit(MAX_NAMES)
                        .map(Candidate::toString)
                        .collect(joining(", "));
        int more = candidates.size() - MAX_NAMES;
        return more > 0 ? "%s and %d more".formatted(first, more) : first;
    }
}
