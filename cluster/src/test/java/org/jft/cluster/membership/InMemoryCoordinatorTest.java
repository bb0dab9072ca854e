package org.jft.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jft.cluster.membership.JobSize.BelowMin;
import org.junit.jupiter.api.Test;

class InMemoryCoordinatorTest extends MembershipContract {
    private InMemoryCoordinator coordinator;

    @Override
    protected void begin(JobSize size) {
        coordinator = new InMemoryCoordinator(size);
    }

    @Override
    protected Membership connect() {
        return coordinator.connect();
    }

    @Test
    void shouldExpelAMemberThatWasCutOff() throws Exception {
        List<Membership> members = started(2, new JobSize(2, 1, 2, BelowMin.STOP));

        coordinator.lose(members.get(1));

        assertThat(members.get(0).ended().orElseThrow()).contains("worker 1 (pid 1 on here)");
        assertThat(members.get(1).ended()).isPresent();
        assertThatThrownBy(() -> get(regroup(members.get(1), standing("worker 1", 0))))
                .isInstanceOf(ExpelledException.class);
    }
}
