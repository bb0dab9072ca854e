package org.jft.cluster.membership;

import java.util.List;
import org.jft.cluster.protocol.Standing;

/**
 * A generation as it was formed, by rank: also those that are gone since.
 *
 * @param sessions by which its members talk to the coordinator now
 * @param standings of its members as it was formed
 */
record Roster(List<Long> sessions, List<Standing> standings) {
    /** Before the first generation. */
    static final Roster NONE = new Roster(List.of(), List.of());

    Roster {
        sessions = List.copyOf(sessions);
        standings = List.copyOf(standings);
    }

    static Roster of(List<Candidate> members) {
        return new Roster(
                members.stream().map(member -> member.session).toList(),
                members.stream().map(member -> member.standing).toList());
    }

    int size() {
        return sessions.size();
    }

    /** Returns the rank of a process; one behind all if it is not in it. */
    int rankOf(Standing process) {
        for (int rank = 0; rank < size(); rank++) {
            if (standings.get(rank).toString().equals(process.toString())) {
                return rank;
            }
        }
        return size();
    }

    boolean has(Standing process) {
        return rankOf(process) < size();
    }

    /** Returns what a member of it sees. */
    View view(int generation, long session) {
        return new View(generation, sessions.indexOf(session), standings);
    }

    /** Returns this with a member that has come back under another session. */
    Roster with(long before, long now) {
        return new Roster(
                sessions.stream().map(session -> session == before ? now : session).toList(),
                standings);
    }
}
