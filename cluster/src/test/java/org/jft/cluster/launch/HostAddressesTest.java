package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class HostAddressesTest {
    /** Two of three coordinators suffice, also while the first is away with its name. */
    @Test
    void shouldFindItsAddressByAnyCoordinatorThatHasAName() {
        MemberEnvironment member = member("no.such.host.invalid:1,127.0.0.1:6");
        assertThat(HostAddresses.addressOf(member, Duration.ofMinutes(5)).isLoopbackAddress())
                .isTrue();
    }

    @Test
    void shouldNameAllCoordinatorsWhenNoneHasAName() {
        MemberEnvironment member = member("no.such.host.invalid:1,nor.this.invalid:6");
        assertThatThrownBy(() -> HostAddresses.addressOf(member, Duration.ofMillis(1)))
                .isInstanceOf(JftException.class)
                .hasMessage(
                        "rank 1 of 2 cannot find the others: JFT_COORDINATORS=no.such.host.invalid,nor.this.invalid: no host has that name");
    }

    @Test
    void shouldNameTheMasterWhereTheCoordinatorIsIts() {
        MemberEnvironment member =
                MemberEnvironment.read(
                        Map.of(
                                "RANK",
                                "1",
                                "WORLD_SIZE",
                                "2",
                                "MASTER_ADDR",
                                "no.such.host.invalid",
                                "MASTER_PORT",
                                "29500"));
        MemberEnvironment found =
                MasterCoordinator.find(member, Duration.ofSeconds(1), Duration.ofMillis(1));
        assertThatThrownBy(() -> HostAddresses.addressOf(found, Duration.ofMillis(1)))
                .isInstanceOf(JftException.class)
                .hasMessage(
                        "rank 1 of 2 cannot find the others: MASTER_ADDR=no.such.host.invalid: no host has that name");
    }

    private static MemberEnvironment member(String coordinators) {
        return MemberEnvironment.read(
                Map.of("RANK", "1", "WORLD_SIZE", "2", "JFT_COORDINATORS", coordinators));
    }
}
