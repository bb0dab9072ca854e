package org.jft.cluster.membership;

import java.util.OptionalInt;
import org.jft.cluster.membership.JobSize.BelowMin;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.Standing;

/** The processes of a job of three to begin with, two at least and five at most. */
final class Workers {
    static final JobSize SIZE = new JobSize(3, 2, 5, BelowMin.STOP);

    private Workers() {}

    /** Joins as new, under the session of the worker's number. */
    static void join(MembershipState state, int worker, long nowMs, long timeoutMs) {
        state.regroup(
                worker,
                worker,
                SIZE,
                -1,
                standing(worker, 0),
                OptionalInt.empty(),
                timeoutMs,
                nowMs);
    }

    static Standing standing(int worker, long stepsDone) {
        return new Standing("worker " + worker, "here", 7, "f", Endpoint.NONE, stepsDone);
    }
}
