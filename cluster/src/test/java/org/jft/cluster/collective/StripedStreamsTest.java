package org.jft.cluster.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.Hosts;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.cluster.transport.StripedTransport;
import org.jft.cluster.transport.Transport;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several streams to a neighbour carry the frames of one. */
class StripedStreamsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int[] LENGTHS = {0, 1, 5, 4_097, 300_001};

    private final long seed = System.nanoTime();
    private final JobToken job = JobToken.of("striped-" + seed);

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheSameBitsWithAnyNumberOfStreams(Wire wire) {
        for (int worldSize : new int[] {2, 3, 5}) {
            List<List<Integer>> one = run(worldSize, 1, wire);
            for (int streams : new int[] {2, 4}) {
                assertThat(run(worldSize, streams, wire))
                        .as("seed %d, %d ranks, %d streams", seed, worldSize, streams)
                        .isEqualTo(one);
            }
        }
    }

    @Test
    void shouldGiveTheSameBitsOverTcpAndUdp() {
        List<Hosts> hosts = List.of(new Hosts(3), new Hosts(3), new Hosts(3));
        List<List<Integer>> udp = run(3, rank -> hosts.get(0).udp(rank, job), Wire.FLOAT32);
        assertThat(
                        run(
                                3,
                                rank ->
                                        StripedTransport.over(
                                                hosts.stream()
                                                        .skip(1)
                                                        .map(each -> each.udp(rank, job))
                                                        .toList()),
                                Wire.FLOAT32))
                .as("seed %d", seed)
                .isEqualTo(udp);
        List<List<Integer>> tcp = run(3, rank -> hosts.get(0).tcp(rank, job), Wire.FLOAT32);
        assertThat(run(3, rank -> hosts.get(1).tcp(rank, job, 4), Wire.FLOAT32))
                .as("seed %d", seed)
                .isEqualTo(tcp);
    }

    @Test
    void shouldNameTheRankOfWhichOneStreamIsGone() {
        List<InMemoryNetwork> networks = networks(4);
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank -> {
                            List<Transport> parts = parts(networks, rank);
                            try (Collective ring = ring(StripedTransport.over(parts), rank, 2)) {
                                ring.allReduce(vector(rank, 100_000));
                                if (rank == 0) {
                                    parts.get(2).close();
                                }
                                ring.allReduce(vector(rank, 100_000));
                                return null;
                            }
                        });
        assertThat(failures.get(1))
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("rank 0 is gone: rank 1 lost it in all-reduce");
        assertThat(((PeerLostException) failures.get(1)).peer()).isZero();
        assertThat(failures.get(0)).isInstanceOf(PeerLostException.class);
    }

    /** Opens one rank's transport; called by that rank's thread. */
    private interface Door {
        Transport open(int rank);
    }

    private List<List<Integer>> run(int worldSize, int streams, Wire wire) {
        List<InMemoryNetwork> networks = networks(streams);
        return run(worldSize, rank -> StripedTransport.over(parts(networks, rank)), wire);
    }

    /** Returns the bits of what each rank has after some operations of each kind. */
    private List<List<Integer>> run(int worldSize, Door door, Wire wire) {
        return Ranks.run(
                worldSize,
                rank -> {
                    List<Integer> bits = new ArrayList<>();
                    Topology at = new Topology(rank, worldSize);
                    try (Collective ring = Collective.ring(door.open(rank), at, job, wire, LONG)) {
                        for (int length : LENGTHS) {
                            FloatBuffer vector = vector(rank, length);
                            FloatBuffer own =
                                    CollectiveContract.direct(
                                            new float
                                                    [new Segments(length, worldSize).length(rank)]);
                            ring.reduceScatter(vector, own);
                            add(bits, own);
                            ring.allReduce(vector);
                            add(bits, vector);
                            FloatBuffer all = vector(rank, length);
                            ring.broadcast(all, worldSize - 1);
                            ring.allGather(own, all);
                            add(bits, all);
                        }
                        ring.barrier();
                    }
                    return bits;
                });
    }

    private Collective ring(Transport transport, int rank, int worldSize) {
        return Collective.ring(transport, new Topology(rank, worldSize), job, LONG);
    }

    private static List<InMemoryNetwork> networks(int count) {
        return Stream.generate(() -> new InMemoryNetwork(16 * 1024)).limit(count).toList();
    }

    private static List<Transport> parts(List<InMemoryNetwork> networks, int rank) {
        return networks.stream().map(network -> network.transport(rank)).toList();
    }

    private FloatBuffer vector(int rank, int length) {
        Random random = new Random(seed + 31L * rank + length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(12));
        }
        return CollectiveContract.direct(values);
    }

    private static void add(List<Integer> bits, FloatBuffer vector) {
        for (int i = vector.position(); i < vector.limit(); i++) {
            bits.add(Float.floatToRawIntBits(vector.get(i)));
        }
    }
}
