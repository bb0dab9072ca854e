package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class GuardTest {
    @Test
    void shouldStopAllRanksAndNameTheOneItBeganOn() {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        var threads = Executors.newFixedThreadPool(2);
        List<CompletableFuture<String>> messages =
                IntStream.range(0, 2)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () -> message(network, rank), threads))
                        .toList();
        for (CompletableFuture<String> message : messages) {
            assertThat(message.join()).startsWith("an update is not finite at step 5 on rank 1;");
        }
        threads.shutdown();
    }

    private static String message(InMemoryNetwork network, int rank) {
        try (Collective collective =
                Collective.ring(
                        network.transport(rank),
                        new Topology(rank, 2),
                        JobToken.of("guard"),
                        Duration.ofSeconds(30))) {
            Guard guard = new Guard(collective);
            guard.requireFinite("an update", 4, true, () -> false);
            guard.requireFinite("an update", 5, false, () -> rank != 1);
            return "not stopped";
        } catch (TrainingDivergedException e) {
            return e.getMessage();
        }
    }
}
