package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

/** Three ranks, two steps a report; the warnings of rank 0, and that no other gives any. */
class StragglersTest {
    private static final int EVERY = 2;

    @Test
    void shouldNameRankAndHostOfOneThatStaysSlow() {
        List<String> said = warnings(8, step -> new double[] {100, 101, 160});
        assertThat(said)
                .containsExactly(
                        "rank 2 on host-2 holds the others up: it takes 160 ms for a micro batch, the middle rank 101 ms");
    }

    @Test
    void shouldSayItAgainOnlyAfterTheRankHadCaughtUp() {
        assertThat(warnings(40, step -> new double[] {100, step < 20 ? 200 : 100, 100})).hasSize(1);
        assertThat(warnings(40, step -> new double[] {100, step < 20 || step > 24 ? 200 : 100, 99}))
                .hasSize(2);
    }

    @Test
    void shouldSayNothingOfAPauseOrOfSmallDifferences() {
        assertThat(warnings(40, step -> new double[] {100, 125, step % 6 == 0 ? 500 : 100}))
                .isEmpty();
        assertThat(warnings(40, step -> new double[] {0, 0, 0})).isEmpty();
    }

    @Test
    void shouldNotBlameARankForHavingMoreMicroBatches() {
        assertThat(warnings(40, List.of(1, 1, 2), step -> new double[] {100, 100, 200})).isEmpty();
        assertThat(warnings(8, List.of(1, 1, 2), step -> new double[] {100, 200, 200}))
                .singleElement()
                .asString()
                .startsWith("rank 1 on host-1 holds the others up: it takes 200 ms");
    }

    private interface Times {
        double[] of(int step);
    }

    private static List<String> warnings(int steps, Times times) {
        return warnings(steps, List.of(1, 1, 1), times);
    }

    private static List<String> warnings(int steps, List<Integer> shares, Times times) {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<CompletableFuture<List<String>>> all =
                IntStream.range(0, 3)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () ->
                                                        warningsOf(
                                                                rank, network, steps, shares,
                                                                times),
                                                threads))
                        .toList();
        threads.shutdown();
        assertThat(all.get(1).join()).isEmpty();
        assertThat(all.get(2).join()).isEmpty();
        return all.get(0).join();
    }

    private static List<String> warningsOf(
            int rank, InMemoryNetwork network, int steps, List<Integer> shares, Times times) {
        List<String> warnings = new ArrayList<>();
        try (Collective collective =
                Collective.ring(
                        network.transport(rank),
                        new Topology(rank, 3),
                        JobToken.of("stragglers"),
                        Duration.ofSeconds(30))) {
            Stragglers stragglers =
                    new Stragglers(collective, shares, "host-" + rank, EVERY, warnings::add);
            for (int step = 0; step < steps; step++) {
                double[] ofStep = times.of(step);
                List<RankReport> ranks =
                        IntStream.range(0, 3)
                                .mapToObj(r -> new RankReport(0, RankReport.Wish.GO_ON, ofStep[r]))
                                .toList();
                stragglers.add(step + 1, ranks);
            }
            collective.barrier();
        }
        return warnings;
    }
}
