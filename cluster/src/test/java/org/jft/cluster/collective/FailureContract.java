package org.jft.cluster.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameEncoder;
import org.jft.cluster.protocol.FrameKind;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.Lane;
import org.jft.cluster.transport.Outbound;
import org.jft.cluster.transport.Transport;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How a collective ends when a rank does not do its part: by name, and in time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FailureContract {
    private static final Duration SHORT = Duration.ofMillis(1500);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final JobToken job = JobToken.of("failure-" + System.nanoTime());

    /** Returns how as many ranks sum. */
    Plan plan(int worldSize) {
        return Plan.ring(worldSize);
    }

    abstract Transport transport(String test, JobToken job, int rank);

    @Test
    void shouldNameTheRankThatNeverCame() {
        List<Throwable> failures =
                Ranks.failures(
                        3,
                        rank -> {
                            if (rank == 1) {
                                return null;
                            }
                            try (Collective ring = ring("never", rank, 3, SHORT)) {
                                ring.barrier();
                                return null;
                            }
                        });
        assertThat(failures.get(1)).isNull();
        for (int rank : new int[] {0, 2}) {
            assertLost(failures.get(rank), 1);
            assertThat(failures.get(rank))
                    .hasMessageContaining("for rank 1 in barrier")
                    .hasMessageContaining("is not connected");
        }
    }

    @Test
    void shouldNameTheRankThatIsThereButDoesNotBegin() {
        CountDownLatch others = new CountDownLatch(3);
        List<Throwable> failures =
                Ranks.failures(
                        4,
                        rank -> {
                            try (Collective ring = ring("silent", rank, 4, SHORT)) {
                                ring.barrier();
                                if (rank == 2) {
                                    others.await();
                                    return null;
                                }
                                try {
                                    ring.allReduce(vector(100_000));
                                } finally {
                                    others.countDown();
                                }
                                return null;
                            }
                        });
        assertThat(failures.get(2)).isNull();
        for (int rank : new int[] {0, 1, 3}) {
            assertLost(failures.get(rank), 2);
            assertThat(failures.get(rank)).hasMessageContaining("rank 2 has not begun it");
        }
    }

    @Test
    void shouldNameTheRankThatLeavesOnAllRanks() {
        List<Throwable> failures =
                Ranks.failures(
                        4,
                        rank -> {
                            try (Collective ring = ring("leaves", rank, 4, LONG)) {
                                ring.barrier();
                                if (rank != 1) {
                                    ring.allReduce(vector(1_000_000));
                                }
                                return null;
                            }
                        });
        assertThat(failures.get(1)).isNull();
        for (int rank : new int[] {0, 2, 3}) {
            assertLost(failures.get(rank), 1);
            assertThat(failures.get(rank)).hasMessageContaining("rank 1 is gone");
        }
    }

    @Test
    void shouldNameTheRankThatFailedNotTheOneThatLeftBecauseOfIt() {
        List<Throwable> failures =
                Ranks.failures(
                        3,
                        rank -> {
                            try (Collective ring = ring("chain", rank, 3, LONG)) {
                                ring.barrier();
                                if (rank == 2) {
                                    throw new IllegalStateException("my own fault");
                                }
                                ring.barrier();
                                return null;
                            }
                        });
        assertThat(failures.get(2)).hasMessage("my own fault");
        assertLost(failures.get(0), 2);
        assertLost(failures.get(1), 2);
    }

    @Test
    void shouldRefuseToMixDifferentOperations() {
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank -> {
                            try (Collective ring = ring("kinds", rank, 2, LONG)) {
                                ring.barrier();
                                if (rank == 0) {
                                    ring.barrier();
                                } else {
                                    ring.allReduce(vector(5));
                                }
                                return null;
                            }
                        });
        for (Throwable failure : failures) {
            assertThat(failure)
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("do not run the same program")
                    .hasMessageContaining("barrier")
                    .hasMessageContaining("all-reduce");
        }
    }

    @Test
    void shouldRefuseToMixDifferentLengths() {
        List<Throwable> failures =
                Ranks.failures(
                        3,
                        rank -> {
                            try (Collective ring = ring("lengths", rank, 3, LONG)) {
                                ring.allReduce(vector(rank == 2 ? 0 : 1_000));
                                return null;
                            }
                        });
        for (Throwable failure : failures) {
            assertThat(failure)
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("do not run the same program")
                    .hasMessageContaining("1000 elements")
                    .hasMessageContaining("0 elements");
        }
    }

    @Test
    void shouldDoNothingMoreAfterAFailure() {
        try (Collective ring = ring("after", 0, 2, Duration.ofMillis(50))) {
            assertThatThrownBy(ring::barrier).isInstanceOf(PeerLostException.class);
            assertThatThrownBy(ring::barrier)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has failed before");
        }
    }

    @Test
    void shouldStopWaitingWhenInterrupted() {
        try (Collective ring = ring("interrupt", 0, 2, LONG)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(ring::barrier)
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("rank 0 was interrupted in barrier");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void shouldIgnoreFramesOfAnotherJobAndOtherGarbage() {
        Ranks.run(
                2,
                rank -> {
                    Transport transport = transport("zombie", job, rank);
                    if (rank == 0) {
                        sendGarbage(transport.outbound(1, Lane.BULK));
                    }
                    try (Collective ring =
                            Collective.ring(transport, new Topology(rank, 2), job, LONG)) {
                        assertThat(ring.allGather(rank)).containsExactly(0, 1);
                        ring.barrier(); // or rank 0 might go while 1 knows but its garbage
                        return null;
                    }
                });
    }

    private static void sendGarbage(Outbound out) {
        FrameEncoder encoder = new FrameEncoder();
        while (!out.offer(
                FrameDescriptor.HEADER_LENGTH,
                (buffer, offset) ->
                        encoder.wrap(buffer, offset)
                                .job(JobToken.of("another"))
                                .generation(0)
                                .operation(0)
                                .kind(FrameKind.ALL_GATHER)
                                .sender(0)
                                .length(2)
                                .message(0)
                                .byteCount(0))) {
            Thread.onSpinWait();
        }
        while (!out.offer(3, (buffer, offset) -> buffer.putByte(offset, (byte) 1))) {
            Thread.onSpinWait();
        }
    }

    private Collective ring(String test, int rank, int worldSize, Duration timeout) {
        return Collective.over(
                transport(test, job, rank),
                new Topology(rank, worldSize),
                plan(worldSize),
                job,
                Wire.FLOAT32,
                timeout);
    }

    private static void assertLost(Throwable failure, int peer) {
        assertThat(failure).isInstanceOf(PeerLostException.class);
        assertThat(((PeerLostException) failure).peer()).isEqualTo(peer);
    }

    private static FloatBuffer vector(int length) {
        return CollectiveContract.direct(new float[length]);
    }
}
