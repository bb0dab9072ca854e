package org.jft.cluster.membership;

import org.jft.cluster.protocol.Standing;

/** Who hears what {@link MembershipState} decides: the members, each by its session. */
public interface Audience {
    /** A generation began, and this member is in it. */
    void formed(long session, View view);

    /** The generation that this member is in has ended. */
    void ended(long session, int generation, String reason);

    /** Whether newcomers wait for this member's generation to end. */
    void newcomersWait(long session, boolean wait);

    /** This process wants to be a member, also if it was out of the job before. */
    void in(Standing process);

    /**
     * The job goes on without this process, which is lost, put out or refused, and has not left.
     */
    void out(Standing process);

    /** This process is no member, or no longer one; its session is over. */
    void refused(long session, Refusal why, String sentence);
}
