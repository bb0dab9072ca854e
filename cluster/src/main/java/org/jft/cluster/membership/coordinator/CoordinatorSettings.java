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

    /**
     * What ends in this time after a new leader has taken over is the session's fault, not the
     * member's, and so no silence can be told from it.
     */
    static final int MIN_LOST_AFTER_MS = 1_000;

    public CoordinatorSettings {
        nodes = List.copyOf(nodes);
        checkArgument(0 <= node && node < nodes.size(), "node %s of %s", node, nodes.size());
        checkArgument(
                lostAfter.toMillis() >= MIN_LOST_AFTER_MS,
                "silence of less than %s ms is no loss (--lost-after, cluster.elastic.lost_after_ms): %s",
                MIN_LOST_AFTER_MS,
                lostAfter.toMillis());
    }

    /** Returns where this node listens. */
    public HostAndPort self() {
        return nodes.get(node);
    }
}
