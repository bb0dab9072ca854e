package org.jft.cluster.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Ranks;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class RankChecksTest {
    private static final long NOON = 1_700_000_000_000L;

    @Test
    void shouldFindNothingAmongEqualRanks() {
        assertThat(check(new String[] {"c", "c", "c"}, new String[] {"d", "d", "d"}, 0, 900, 1000))
                .containsOnly(List.of());
    }

    @Test
    void shouldNameOnAllRanksThoseThatRunAnotherBuild() {
        List<List<Finding>> findings =
                check(new String[] {"c", "b", "c", "b"}, new String[] {"d", "d", "d", "d"});
        assertThat(findings.get(0)).singleElement().matches(Finding::stops);
        assertThat(findings.get(0).get(0).sentence())
                .isEqualTo(
                        "ranks 1, 3 run another build than rank 0: start all workers from the same image or jars");
        assertThat(findings).containsOnly(findings.get(0));
    }

    @Test
    void shouldNameThoseThatReadOtherData() {
        assertThat(check(new String[] {"c", "c"}, new String[] {"d", "e"}).get(1))
                .singleElement()
                .extracting(Finding::sentence)
                .asString()
                .contains("ranks 1 read another data set", "data.train");
    }

    @Test
    void shouldWarnOfClocksThatAreApart() {
        List<Finding> findings =
                check(new String[] {"c", "c", "c"}, new String[] {"d", "d", "d"}, 500, 0, 3000)
                        .get(0);
        assertThat(findings).singleElement().matches(finding -> !finding.stops());
        assertThat(findings.get(0).sentence())
                .startsWith("the clock of rank 2 is 3.0 s ahead of rank 1's");
    }

    @Test
    void shouldAskNothingOfASingleRank() {
        assertThat(RankChecks.check(Collective.solo(), "c", "d", () -> NOON)).isEmpty();
    }

    private static List<List<Finding>> check(String[] code, String[] data, long... clockMs) {
        InMemoryNetwork network = new InMemoryNetwork(16 * 1024);
        JobToken job = JobToken.of("preflight");
        return Ranks.run(
                code.length,
                rank -> {
                    Topology at = new Topology(rank, code.length);
                    try (Collective ranks =
                            Collective.ring(
                                    network.transport(rank), at, job, Duration.ofSeconds(30))) {
                        long own = NOON + (clockMs.length == 0 ? 0 : clockMs[rank]);
                        return RankChecks.check(ranks, code[rank], data[rank], () -> own);
                    }
                });
    }
}
