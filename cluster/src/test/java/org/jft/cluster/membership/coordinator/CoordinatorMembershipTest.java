package org.jft.cluster.membership.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.JobSize.BelowMin;
import org.jft.cluster.membership.Membership;
import org.jft.cluster.membership.MembershipContract;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A coordinator of one node, and members that are threads of this process. */
class CoordinatorMembershipTest extends MembershipContract {
    private static final JobToken JOB = JobToken.of("contract", "secret");
    private static final Duration LOST_AFTER = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HostAndPort address =
            HostAndPort.fromParts("127.0.0.1", FreePorts.base("127.0.0.1", 1));
    private final MediaDriverHost driver = MediaDriverHost.startForControl(problem -> {});
    private CoordinatorNode node;
    private JobSize size;

    @Override
    protected void begin(JobSize size) {
        this.size = size;
        node = CoordinatorNode.start(settings(Optional.empty()), System.err::println);
    }

    private CoordinatorSettings settings(Optional<Path> folder) {
        return new CoordinatorSettings(0, List.of(address), JOB, LOST_AFTER, folder);
    }

    @Override
    protected Membership connect() {
        return connect(JOB, PATIENCE);
    }

    private Membership connect(JobToken job, Duration patience) {
        return CoordinatorMembership.connect(
                List.of(address), job, size, LOST_AFTER, patience, Optional.of(driver.directory()));
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
        driver.close();
    }

    @Test
    void shouldRefuseWhoDoesNotKnowTheSecret() {
        begin(new JobSize(1, 1, 1, BelowMin.STOP));
        try (Membership stranger = connect(JobToken.of("contract", "guess"), PATIENCE)) {
            assertThatThrownBy(() -> get(regroup(stranger, standing("worker 0", 0))))
                    .isInstanceOf(JftException.class)
                    .hasMessage(
                            "the coordinator at %s refused this worker: another job, or another JFT_JOB_SECRET"
                                    .formatted(address));
        }
        assertThat(node.empty()).isTrue();
    }

    @Test
    void shouldSayThatNoCoordinatorAnswers() {
        size = new JobSize(1, 1, 1, BelowMin.STOP);
        try (Membership alone = connect(JOB, Duration.ofMillis(1_500))) {
            assertThatThrownBy(() -> get(regroup(alone, standing("worker 0", 0))))
                    .isInstanceOf(JftException.class)
                    .hasMessage(
                            "worker 0 (pid 1 on here) waited 1.5 s, but no coordinator answers at "
                                    + address);
        }
    }
}
