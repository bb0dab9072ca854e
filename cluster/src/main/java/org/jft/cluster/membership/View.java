package org.jft.cluster.membership;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.jft.cluster.protocol.Standing;
import org.jft.core.topology.Topology;

/**
 * The members of one generation. Those that were in the last one keep their order, newcomers come
 * last.
 *
 * @param generation counts from 0
 * @param self rank of this member
 * @param members by rank
 */
public record View(int generation, int self, List<Standing> members) {
    public View {
        members = List.copyOf(members);
        checkArgument(
                0 <= self && self < members.size(), "rank %s of %s members", self, members.size());
    }

    /** Returns where this member stands. */
    public Topology topology() {
        return new Topology(self, members.size());
    }

    /** Returns the updates that the member which is ahead has seen. */
    public long stepsDone() {
        return members.stream().mapToLong(Standing::stepsDone).max().orElseThrow();
    }
}
