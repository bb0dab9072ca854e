package org.jft.cluster.membership;

import org.jft.cluster.protocol.Announcement.Endpoint;

/**
 * A member, and how far it is.
 *
 * @param name what its launcher calls it, such as "worker 2"; unique in the job
 * @param host name of its host
 * @param pid process id there
 * @param fingerprint of what must be equal on all members, such as a hash of the configuration
 * @param endpoint where it will receive in the generation to come
 * @param stepsDone updates its parameters have seen; {@link #NEWCOMER} when it has none to offer
 */
public record Standing(
        String name, String host, long pid, String fingerprint, Endpoint endpoint, long stepsDone) {
    /** Of a member that needs parameters and optimizer state from a peer. */
    public static final long NEWCOMER = -1;

    /** Names the process: "worker 2 (pid 4711 on node7)". */
    @Override
    public String toString() {
        return "%s (pid %d on %s)".formatted(name, pid, host);
    }
}
