package org.jft.train.sharding;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.topology.Topology;

/** The ranks of one job, each on a thread of its own. */
final class Ranks {
    private Ranks() {}

    /** Lets all do the same and returns what each returned, by rank. */
    static <T> List<T> run(int worldSize, Function<Collective, T> work) {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(worldSize);
        List<CompletableFuture<T>> all =
                IntStream.range(0, worldSize)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () -> asRank(rank, worldSize, network, work),
                                                threads))
                        .toList();
        try {
            return all.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdown();
        }
    }

    private static <T> T asRank(
            int rank, int worldSize, InMemoryNetwork network, Function<Collective, T> work) {
        if (worldSize == 1) {
            return work.apply(Collective.solo());
        }
        try (Collective ring =
                Collective.ring(
                        network.transport(rank),
                        new Topology(rank, worldSize),
                        JobToken.of("ranks"),
                        Duration.ofSeconds(30))) {
            return work.apply(ring);
        }
    }
}
