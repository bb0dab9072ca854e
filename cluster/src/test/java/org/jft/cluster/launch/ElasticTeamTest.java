package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.GenerationEndedException;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.collective.Ranks;
import org.jft.cluster.membership.InMemoryCoordinator;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.cluster.transport.TestDriver;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.failure.JftException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generations over the transports of processes; the members are threads. */
class ElasticTeamTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final InMemoryCoordinator coordinator =
            new InMemoryCoordinator(new JobSize(3, 1, 4, JobSize.BelowMin.STOP));
    private final List<String> news = new CopyOnWriteArrayList<>();

    /** Of three, one is lost in the middle; the others go on, and are joined by a fourth. */
    @ParameterizedTest
    @CsvSource({"IPC, true", "AUTO, true", "TCP, false", "UDP, false", "AUTO, false"})
    void shouldSumOverWhoIsThere(Transport transport, boolean oneHost) {
        CountDownLatch two = new CountDownLatch(2); // have gone on without the third
        try (MediaDriverHost driver = TestDriver.start()) {
            Ranks.run(
                    4,
                    id -> {
                        if (id == 3) {
                            two.await();
                        }
                        try (Team team = team(id, transport, oneHost ? driver : null)) {
                            Collective ranks = team.meet(id == 3 ? -1 : 5, Optional.empty());
                            if (id == 3) {
                                assertThat(sum(ranks)).isEqualTo(3);
                                ranks.barrier();
                                team.leave();
                                return null;
                            }
                            assertThat(sum(ranks)).isEqualTo(3);
                            if (id == 1) {
                                return null; // closed without having left
                            }
                            ranks = team.meet(5, Optional.of(failureOf(ranks)));
                            assertThat(sum(ranks)).isEqualTo(2);
                            two.countDown();
                            while (!team.newcomersWait()) {
                                Thread.onSpinWait();
                            }
                            ranks.barrier();
                            ranks = team.meet(6, Optional.empty());
                            assertThat(ranks.topology().worldSize()).isEqualTo(3);
                            assertThat(sum(ranks)).isEqualTo(3);
                            ranks.barrier();
                            team.leave();
                            return null;
                        }
                    });
        }
        assertThat(news).first().isEqualTo("generation 0: worker 0, worker 1, worker 2");
        assertThat(news)
                .anyMatch(
                        line ->
                                line.startsWith(
                                        "generation 1: worker 0, worker 2; gone: worker 1 (pid 1"))
                .anyMatch(
                        line ->
                                line.matches(
                                        "generation \\d+: worker 0, worker 2, worker 3; met in \\d+\\.\\d\\d s"));
    }

    private static JftException failureOf(Collective ranks) {
        JftException[] failure = new JftException[1];
        assertThatThrownBy(() -> sum(ranks))
                .satisfies(e -> failure[0] = (JftException) e)
                .isInstanceOfAny(GenerationEndedException.class, PeerLostException.class);
        return failure[0];
    }

    private Team team(int id, Transport transport, MediaDriverHost driver) {
        Map<String, String> environment =
                new HashMap<>(
                        Map.of(
                                "JFT_RANK",
                                String.valueOf(id),
                                "JFT_WORLD_SIZE",
                                "4",
                                "JFT_JOB",
                                "elastic-team-" + System.identityHashCode(this),
                                "JFT_COORDINATORS",
                                "127.0.0.1:1"));
        if (driver != null) {
            environment.put("JFT_AERON_DIR", driver.directory().toString());
        }
        MemberEnvironment member = MemberEnvironment.read(environment);
        ClusterConfig config = ClusterConfig.over(transport, null);
        Standing self =
                new Standing(member.name(), "here", id, "same", Endpoint.NONE, Standing.NEWCOMER);
        return new ElasticTeam(
                coordinator.connect(),
                self,
                new LinksOpener(member, JobToken.of(member.job().orElseThrow()), config, TIMEOUT),
                TIMEOUT,
                news::add);
    }

    private static float sum(Collective ranks) {
        FloatBuffer vector =
                ByteBuffer.allocateDirect(50_000 * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        vector.put(0, 1).put(49_999, 1);
        ranks.allReduce(vector);
        assertThat(vector.get(0)).isEqualTo(vector.get(49_999));
        return vector.get(0);
    }
}
