package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Ranks;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.cluster.transport.TestDriver;
import org.jft.core.failure.ConfigException;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class CollectivesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Test
    void shouldJoinTheRanksOfAJob() {
        try (MediaDriverHost driver = TestDriver.start()) {
            Ranks.run(
                    3,
                    rank -> {
                        try (Collective ring =
                                Collectives.connect(member(rank, 3, driver), TIMEOUT, "same")) {
                            assertThat(ring.topology()).isEqualTo(new Topology(rank, 3));
                            assertThat(ring.allGather(rank)).containsExactly(0, 1, 2);
                            return null;
                        }
                    });
        }
    }

    @Test
    void shouldNeedNothingForOneRank() {
        MemberEnvironment member = MemberEnvironment.read(Map.of());
        try (Collective solo = Collectives.connect(member, TIMEOUT, "any")) {
            assertThat(solo.topology()).isEqualTo(Topology.SOLO);
        }
    }

    @Test
    void shouldNotJoinRanksWithDifferentConfigurations() {
        try (MediaDriverHost driver = TestDriver.start()) {
            List<Throwable> failures =
                    Ranks.failures(
                            2,
                            rank ->
                                    Collectives.connect(
                                            member(rank, 2, driver), TIMEOUT, "config " + rank));
            for (Throwable failure : failures) {
                assertThat(failure)
                        .isInstanceOf(ConfigException.class)
                        .hasMessageContaining("rank 0")
                        .hasMessageContaining("rank 1")
                        .hasMessageContaining("config 0")
                        .hasMessageContaining("config 1");
            }
        }
    }

    @Test
    void shouldNameTheRankThatIsMissing() {
        try (MediaDriverHost driver = TestDriver.start()) {
            assertThatThrownBy(
                            () ->
                                    Collectives.connect(
                                            member(0, 2, driver), Duration.ofMillis(300), "same"))
                    .hasMessage("rank 0 waited 0.3 s, but of 2 workers these did not come: 1");
        }
    }

    @Test
    void shouldNameTheVariableThatIsMissing() {
        Map<String, String> place = Map.of("JFT_RANK", "1", "JFT_WORLD_SIZE", "2");
        assertThatThrownBy(
                        () -> Collectives.connect(MemberEnvironment.read(place), TIMEOUT, "same"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("rank 1 of 2 cannot find the others: JFT_JOB is not set");
    }

    private static MemberEnvironment member(int rank, int worldSize, MediaDriverHost driver) {
        return MemberEnvironment.read(
                Map.of(
                        "JFT_RANK", String.valueOf(rank),
                        "JFT_WORLD_SIZE", String.valueOf(worldSize),
                        "JFT_JOB", "collectives-test",
                        "JFT_AERON_DIR", driver.directory().toString()));
    }
}
