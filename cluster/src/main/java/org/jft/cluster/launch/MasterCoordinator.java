package org.jft.cluster.launch;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jft.cluster.membership.coordinator.CoordinatorSettings;
import org.jft.cluster.membership.coordinator.FreePorts;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * The coordinator of an elastic job whose environment says where rank 0 is, as torchrun's does, but
 * names no coordinators: rank 0's process starts one there. It is a process of its own, which goes
 * on when rank 0 is lost and ends when nobody is in the job any more; its log is in memory.
 */
public final class MasterCoordinator {
    /** For workers to come back when all are lost: torchrun starts all of them again. */
    private static final Duration IDLE = Duration.ofMinutes(2);

    /** For workers to come at first, at least: each opens the data and compiles before. */
    private static final Duration WAIT = Duration.ofMinutes(5);

    /** A process that cannot be a coordinator says so in about this time. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final String WHERE =
            MemberEnvironment.MASTER_ADDRESS + ":" + MemberEnvironment.MASTER_PORT;

    private MasterCoordinator() {}

    /**
     * Returns a member that knows where a coordinator is, if its environment says either; as rank 0
     * sees that there is one.
     *
     * @param lostAfter silence after which a member is lost
     * @param timeout longest wait until the master's name is known, and for workers to come
     * @throws JftException when no coordinator can listen there
     */
    public static MemberEnvironment find(
            MemberEnvironment member, Duration lostAfter, Duration timeout) {
        if (!member.coordinators().isEmpty() || member.master().isEmpty()) {
            return member;
        }
        InetSocketAddress master = member.master().orElseThrow();
        HostAndPort at = at(master);
        if (member.topology().leads()) {
            HostAddresses.resolved(member.topology(), master, timeout);
            if (!isThere(at)) {
                Duration wait = timeout.compareTo(WAIT) > 0 ? timeout : WAIT;
                start(command(at, lostAfter, wait), at, member);
            }
        }
        return member.withCoordinators(List.of(at));
    }

    /** Returns where the coordinator of a master listens. */
    static HostAndPort at(InetSocketAddress master) {
        return HostAndPort.fromParts(master.getHostString(), master.getPort());
    }

    /** Returns whether one listens already: an earlier rank 0 has started it. */
    private static boolean isThere(HostAndPort at) {
        Optional<String> obstacle = FreePorts.obstacle(at);
        if (obstacle.isEmpty() || obstacle.get().startsWith(FreePorts.IN_USE)) {
            return obstacle.isPresent();
        }
        throw new JftException(
                Category.ABORT_RUN,
                "rank 0 cannot start the coordinator at %s=%s and the %d ports that follow: %s"
                        .formatted(WHERE, at, CoordinatorSettings.PORTS - 1, obstacle.get()));
    }

    private static WorkerCommand command(HostAndPort at, Duration lostAfter, Duration wait) {
        return WorkerCommand.small(
                JftCoordinator.class.getName(),
                List.of(
                        "--nodes",
                        at.toString(),
                        "--lost-after",
                        String.valueOf(lostAfter.toMillis()),
                        "--wait",
                        String.valueOf(wait.toSeconds()),
                        "--idle",
                        String.valueOf(IDLE.toSeconds())));
    }

    private static void start(WorkerCommand command, HostAndPort at, MemberEnvironment member) {
        ProcessBuilder builder =
                new ProcessBuilder(command.line())
                        .redirectOutput(Redirect.INHERIT)
                        .redirectError(Redirect.INHERIT);
        builder.environment().put(MemberEnvironment.JOB, member.jobName().orElseThrow());
        member.secret().ifPresent(s -> builder.environment().put(MemberEnvironment.SECRET, s));
        try {
            Process process = builder.start();
            if (process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new JftException(
                        Category.ABORT_RUN,
                        "the coordinator at %s=%s ended at once with code %d, see above"
                                .formatted(WHERE, at, process.exitValue()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the coordinator could not be started: " + e.getMessage(),
                    e);
        }
    }
}
