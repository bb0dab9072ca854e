package org.jft.cluster.launch;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jft.cluster.membership.ExpelledException;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.JobSize.BelowMin;
import org.jft.cluster.membership.Membership;
import org.jft.cluster.membership.View;
import org.jft.cluster.membership.coordinator.CoordinatorMembership;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;

/**
 * A member in a process of its own, for tests that kill it: regroups whenever its generation ends,
 * and says what happens. Arguments: its name, initial and max workers, milliseconds of lostAfter.
 */
public final class MemberMain {
    private MemberMain() {}

    public static void main(String[] arguments) {
        Duration lostAfter = Duration.ofMillis(Long.parseLong(arguments[3]));
        MemberEnvironment self =
                MasterCoordinator.find(
                        MemberEnvironment.read(System.getenv()), lostAfter, PATIENCE);
        int initial = Integer.parseInt(arguments[1]);
        int max = Integer.parseInt(arguments[2]);
        try (Membership membership =
                CoordinatorMembership.connect(
                        self.coordinators(),
                        JobToken.of(self.job().orElse(""), self.secret().orElse("")),
                        new JobSize(initial, 1, max, BelowMin.STOP),
                        lostAfter,
                        Duration.ofSeconds(30),
                        Optional.empty())) {
            for (int generation = 0; ; generation++) {
                View view =
                        membership.regroup(standing(arguments[0]), OptionalInt.empty(), PATIENCE);
                say(
                        "view %d: %s as %d",
                        view.generation(),
                        view.members().stream()
                                .map(Standing::name)
                                .collect(Collectors.joining(", ")),
                        ProcessHandle.current().pid());
                while (membership.ended().isEmpty() && !membership.newcomersWait()) {
                    LockSupport.parkNanos(2_000_000);
                }
                say("ended at %d: %s", System.currentTimeMillis(), membership.ended().orElse("-"));
            }
        } catch (ExpelledException e) {
            say("expelled: %s", e.getMessage());
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Standing standing(String name) {
        return new Standing(name, "here", ProcessHandle.current().pid(), "f", Endpoint.NONE, 0);
    }

    private static void say(String format, Object... values) {
        System.out.println(format.formatted(values));
    }
}
