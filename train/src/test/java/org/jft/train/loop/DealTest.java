package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class DealTest {
    private final long seed = System.nanoTime();

    @Test
    void shouldDealOutEachMissingMicroBatchOnceAndEvenly() {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int microBatches = 4 + random.nextInt(150); // over a word of 64
            List<Integer> all = IntStream.range(0, microBatches).boxed().toList();
            List<List<Integer>> held = List.of(new ArrayList<>(), new ArrayList<>(), List.of());
            for (int each : all) {
                int owner =
                        random.nextInt(4); // of the third the worker was lost, the fourth is new
                if (owner < 2) {
                    held.get(owner).add(each);
                }
            }
            List<List<Integer>> dealt = again(microBatches, held);

            List<Integer> together = new ArrayList<>();
            held.forEach(together::addAll);
            dealt.forEach(together::addAll);
            Collections.sort(together);
            assertThat(together).as("seed=%s", seed).isEqualTo(all);
            int most = Math.max(held.get(0).size(), held.get(1).size());
            int even = (microBatches + 2) / 3;
            for (int rank = 0; rank < 3; rank++) {
                assertThat(held.get(rank).size() + dealt.get(rank).size())
                        .as("seed=%s", seed)
                        .isLessThanOrEqualTo(Math.max(most, even));
            }
        }
    }

    @Test
    void shouldTellWhetherAnyRankHasBegunTheStep() {
        Deal deal = new Deal();
        assertThat(deal.begun(Collective.solo())).isEmpty();
        deal.add(1, 8);
        assertThat(deal.begun(Collective.solo())).hasValue(8);
        deal.begin();
        assertThat(deal.begun(Collective.solo())).isEmpty();
    }

    @Test
    void shouldRefuseToSumAMicroBatchTwice() {
        assertThatThrownBy(() -> again(8, List.of(List.of(1, 2), List.of(2, 3))))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(JftException.class)
                .hasMessage("micro batches {2} of a step are in the sums of two ranks");
    }

    private static List<List<Integer>> again(int microBatches, List<List<Integer>> held) {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(held.size());
        try {
            List<CompletableFuture<List<Integer>>> ranks =
                    IntStream.range(0, held.size())
                            .mapToObj(
                                    rank ->
                                            CompletableFuture.supplyAsync(
                                                    () -> again(microBatches, held, rank, network),
                                                    threads))
                            .toList();
            return ranks.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Integer> again(
            int microBatches, List<List<Integer>> held, int rank, InMemoryNetwork network) {
        Topology at = new Topology(rank, held.size());
        Deal deal = new Deal();
        held.get(rank).forEach(each -> deal.add(each, microBatches));
        try (Collective ranks =
                Collective.ring(
                        network.transport(rank), at, JobToken.of("deal"), Duration.ofSeconds(30))) {
            assertThat(deal.begun(ranks).orElse(microBatches)).isEqualTo(microBatches);
            return deal.again(ranks, microBatches);
        }
    }
}
