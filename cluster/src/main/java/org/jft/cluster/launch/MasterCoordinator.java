package org.jft.cluster.launch;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jft.cluster.membership.coordinator.FreePorts;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * The coordinator of an elastic job whose environment says where rank 0 is, as torchrun's does, but
 * names no coordinators: rank 0's process starts one there. It is a process of its own, which goes
 * on when rank 0 is lost and ends when nobody is in the job any more; its log is in memory.
 */
public final class MasterCoordinator {
    /** For workers to come, or to come back when all are lost. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private MasterCoordinator() {}

    /**
     * Returns a member that knows where a coordinator is, if its environment says either; as rank 0
     * sees that there is one.
     *
     * @param lostAfter silence after which a member is lost
     */
    public static MemberEnvironment find(MemberEnvironment member, Duration lostAfter) {
        if (!member.coordinators().isEmpty() || member.master().isEmpty()) {
            return member;
        }
        InetSocketAddress master = member.master().orElseThrow();
        HostAndPort at = HostAndPort.fromParts(master.getHostString(), master.getPort());
        if (member.topology().leads()) {
            start(at, member, lostAfter);
        }
        return member.withCoordinators(List.of(at));
    }

    private static void start(HostAndPort at, MemberEnvironment member, Duration lostAfter) {
        if (!FreePorts.areFree(at)) {
            return; // an earlier rank 0 has started it
        }
        WorkerCommand command =
                WorkerCommand.small(
                        JftCoordinator.class.getName(),
                        List.of(
                                "--nodes",
                                at.toString(),
                                "--lost-after",
                                String.valueOf(lostAfter.toMillis()),
                                "--idle",
                                String.valueOf(IDLE.toSeconds())));
        ProcessBuilder builder =
                new ProcessBuilder(command.line())
                        .redirectOutput(Redirect.INHERIT)
                        .redirectError(Redirect.INHERIT);
        builder.environment().put(MemberEnvironment.JOB, member.jobName().orElseThrow());
        member.secret().ifPresent(s -> builder.environment().put(MemberEnvironment.SECRET, s));
        try {
            builder.start();
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the coordinator could not be started: " + e.getMessage(),
                    e);
        }
    }
}
