package org.jft.cluster.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.core.config.ClusterConfig.Algorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ':',
            value = {
                " 2:1: rings of 2",
                " 1:8: rings of 8",
                "64:1: rings of 64",
                "65:1: rings of 65",
                "96:1: rings of 3, pairs among 32",
                "128:1: pairs among 128",
                " 8:8: rings of 64",
                "16:8: rings of 8 inside hosts, rings of 16",
                "128:8: rings of 8 inside hosts, pairs among 128",
                "96:2: rings of 2 inside hosts, rings of 3, pairs among 32",
            })
    void shouldChooseByTheNumberOfHostsAndOfWorkersOnEach(int hosts, int perHost, String expected) {
        List<String> hostByRank =
                IntStream.range(0, hosts * perHost).mapToObj(r -> "h" + r / perHost).toList();
        assertThat(Plan.of(Algorithm.AUTO, hostByRank)).hasToString(expected);
    }

    @Test
    void shouldTakeOneRingWhereHostsHaveDifferentNumbersOfWorkers() {
        List<String> uneven = new ArrayList<>(Collections.nCopies(99, "a"));
        uneven.add("b");
        assertThat(Plan.of(Algorithm.AUTO, uneven)).isEqualTo(Plan.ring(100));
        assertThat(Plan.of(Algorithm.HIERARCHICAL, uneven)).isEqualTo(Plan.ring(100));
    }

    @Test
    void shouldGoAroundHostByHostHoweverRanksAreDealtOut() {
        Plan plan = Plan.of(Algorithm.AUTO, List.of("a", "b", "a", "b"));
        assertThat(plan.order()).containsExactly(0, 2, 1, 3);
        assertThat(plan).hasToString("rings of 4");
    }

    @Test
    void shouldDoAsToldWhateverTheHosts() {
        List<String> hosts = List.of("a", "a", "b", "b");
        assertThat(Plan.of(Algorithm.RING, hosts)).isEqualTo(Plan.ring(4));
        assertThat(Plan.of(Algorithm.HALVING_DOUBLING, hosts)).isEqualTo(Plan.halvingDoubling(4));
    }

    @Test
    void shouldKnowWhichRanksShareAHost() {
        Plan plan = Plan.of(Algorithm.HIERARCHICAL, List.of("a", "b", "a", "b"));
        assertThat(plan.order()).containsExactly(0, 2, 1, 3);
        assertThat(plan.sameHost(0, 2)).isTrue();
        assertThat(plan.sameHost(0, 1)).isFalse();
        assertThat(Plan.ring(4).sameHost(0, 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "AUTO, 8, 2",
        "AUTO, 64, 2",
        "RING, 1024, 2",
        "AUTO, 128, 20",
        "HALVING_DOUBLING, 4, 6"
    })
    void shouldSayHowManyStreamsARankNeedsMemoryFor(
            Algorithm algorithm, int worldSize, int expected) {
        assertThat(Plan.streams(algorithm, worldSize)).isEqualTo(expected);
    }

    @Test
    void shouldNeedMoreMemoryOfOneHostInPairsThanInARing() {
        assertThat(Plan.streamsOnOneHost(Algorithm.AUTO, 5)).isEqualTo(1);
        assertThat(Plan.streamsOnOneHost(Algorithm.HIERARCHICAL, 5)).isEqualTo(1);
        // The ring's, to partners at distances 1 and 2, and between the fifth and the first.
        assertThat(Plan.streamsOnOneHost(Algorithm.HALVING_DOUBLING, 5)).isEqualTo(4);
    }

    @Test
    void shouldRefuseLevelsThatDoNotMakeTheRanks() {
        assertThatThrownBy(
                        () -> new Plan(List.of(0, 1, 2), List.of(new Plan.Level(2, false, false))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("do not make 3 ranks");
    }
}
