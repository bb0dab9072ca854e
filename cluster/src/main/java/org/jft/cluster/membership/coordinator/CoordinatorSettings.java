package org.jft.cluster.membership.coordinator;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jft.cluster.protocol.JobToken;

/**
 * One node of a coordinator.
 *
 * @param node which of the nodes this is
 * @param nodes where each listens: on its port and the {@value #PORTS} - 1 that follow, over UDP
 * @param job whose members it keeps
 * @param lostAfter silence after which a member is lost
 * @param folder where it keeps its log, to recover from; in memory, gone with the process, when
 *     empty
 */
public record CoordinatorSettings(
        int node,
        List<HostAndPort> nodes,
        JobToken job,
        Duration lostAfter,
        Optional<Path> folder) {
    /** Ports that a node listens on. */
    public static final int PORTS = 5;

    public CoordinatorSettings {
        nodes = List.copyOf(nodes);
        checkArgument(0 <= node && node < nodes.size(), "node %s of %s", node, nodes.size());
        checkArgument(
                lostAfter.toMillis() >= 100, "lostAfter must be at least 100 ms: %s", lostAfter);
    }

    /** Returns where this node listens. */
    public HostAndPort self() {
        return nodes.get(node);
    }
}
