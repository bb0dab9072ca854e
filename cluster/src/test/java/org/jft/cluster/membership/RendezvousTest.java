package org.jft.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jft.cluster.collective.Ranks;
import org.jft.cluster.protocol.Announcement;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class RendezvousTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final JobToken JOB = JobToken.of("job");

    private final InMemoryNetwork network = new InMemoryNetwork(16 * 1024);

    @Test
    void shouldTellEveryRankOfAllRanks() {
        for (int worldSize = 1; worldSize <= 6; worldSize++) {
            InMemoryNetwork fresh = new InMemoryNetwork(16 * 1024);
            int size = worldSize;
            List<List<Announcement>> met =
                    Ranks.run(
                            size,
                            rank ->
                                    Rendezvous.meet(
                                            fresh.transport(rank), self(rank, size), JOB, LONG));
            for (List<Announcement> members : met) {
                assertThat(members).hasSize(size);
                for (int rank = 0; rank < size; rank++) {
                    assertThat(members.get(rank)).isEqualTo(self(rank, size));
                }
            }
        }
    }

    @Test
    void shouldNameExactlyTheRanksThatAreMissing() {
        List<Throwable> failures =
                Ranks.failures(
                        5,
                        rank ->
                                rank == 1 || rank == 3
                                        ? null
                                        : meet(rank, self(rank, 5), JOB, SHORT));
        for (int rank : new int[] {0, 2, 4}) {
            assertThat(failures.get(rank))
                    .isInstanceOf(JftException.class)
                    .hasMessage(
                            "rank %d waited 1.0 s, but of 5 workers these did not come: 1, 3"
                                    .formatted(rank));
        }
    }

    @Test
    void shouldSayWhenTheMeetingPointIsMissing() {
        List<Throwable> failures =
                Ranks.failures(3, rank -> rank == 0 ? null : meet(rank, self(rank, 3), JOB, SHORT));
        assertThat(failures.get(2)).hasMessageContaining("rank 2 waited 1.0 s for rank 0");
    }

    @Test
    void shouldNameBothRanksWhenConfigurationsDiffer() {
        List<Throwable> failures =
                Ranks.failures(
                        3,
                        rank ->
                                meet(
                                        rank,
                                        announcement(rank, 3, rank, rank == 2 ? "new" : "old"),
                                        JOB,
                                        LONG));
        for (int rank = 0; rank < 3; rank++) {
            assertThat(failures.get(rank))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("rank 2 (pid 102 on node)")
                    .hasMessageContaining("runs another configuration")
                    .hasMessageContaining("(new)")
                    .hasMessageContaining("(old)");
        }
    }

    @Test
    void shouldNameBothRanksWhenWorldSizesDiffer() {
        List<Throwable> failures =
                Ranks.failures(2, rank -> meet(rank, self(rank, rank == 0 ? 2 : 4), JOB, LONG));
        assertThat(failures.get(0))
                .hasMessage(
                        "rank 1 (pid 101 on node) was told of 4 workers but rank 0 (pid 100 on node) of 2");
        assertThat(failures.get(1)).hasMessageContaining("was told of 2 workers");
    }

    @Test
    void shouldNameBothVersionsWhenTheyDiffer() {
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank ->
                                meet(
                                        rank,
                                        new Announcement(
                                                1 + rank,
                                                rank,
                                                2,
                                                7,
                                                "node",
                                                "same",
                                                Endpoint.NONE),
                                        JOB,
                                        LONG));
        assertThat(failures.get(0)).hasMessageContaining("speaks protocol 2");
        assertThat(failures.get(1)).hasMessageContaining("speaks protocol 1");
    }

    @Test
    void shouldRefuseTwoProcessesOfTheSameRank() {
        CountDownLatch first = new CountDownLatch(1);
        List<Throwable> failures =
                Ranks.failures(
                        3,
                        thread -> {
                            if (thread == 0) {
                                return meet(0, self(0, 3), JOB, LONG);
                            }
                            // Both say they are rank 1; in memory they share its streams in turn.
                            if (thread == 2) {
                                first.await();
                                return meet(1, announcement(1, 3, 999, "same"), JOB, SHORT);
                            }
                            try {
                                return meet(1, self(1, 3), JOB, SHORT);
                            } finally {
                                first.countDown();
                            }
                        });
        assertThat(failures.get(0))
                .hasMessageContaining("two processes of job job say they are the same")
                .hasMessageContaining("pid 101 on")
                .hasMessageContaining("pid 1099 on");
    }

    @Test
    void shouldIgnoreAnnouncementsOfAnotherJob() {
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank ->
                                meet(
                                        rank,
                                        self(rank, 2),
                                        rank == 0 ? JOB : JobToken.of("other"),
                                        SHORT));
        assertThat(failures.get(0)).hasMessageContaining("these did not come: 1");
        assertThat(failures.get(1)).hasMessageContaining("for rank 0");
    }

    private List<Announcement> meet(int rank, Announcement self, JobToken job, Duration timeout) {
        return Rendezvous.meet(network.transport(rank), self, job, timeout);
    }

    private static Announcement self(int rank, int worldSize) {
        return announcement(rank, worldSize, rank, "same");
    }

    private static Announcement announcement(int rank, int worldSize, int pid, String fingerprint) {
        return new Announcement(1, rank, worldSize, 100 + pid, "node", fingerprint, Endpoint.NONE);
    }
}
