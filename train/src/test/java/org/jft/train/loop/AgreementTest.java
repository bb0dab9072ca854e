package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.train.loop.RankReport.Wish.GO_ON;
import static org.jft.train.loop.RankReport.Wish.LEAVE;
import static org.jft.train.loop.RankReport.Wish.LEAVE_LATER;
import static org.jft.train.loop.RankReport.Wish.LET_IN;

import java.util.Arrays;
import java.util.List;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ElasticConfig;
import org.jft.core.config.ElasticConfig.BelowMin;
import org.jft.train.loop.RankReport.Wish;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final ClusterConfig FIXED = cluster(3, null, null);
    private static final ClusterConfig STOPS = cluster(3, 2, BelowMin.STOP);
    private static final ClusterConfig WAITS = cluster(3, 2, BelowMin.WAIT);

    @Test
    void shouldGoOnUnlessARankHasAWish() {
        for (ClusterConfig cluster : List.of(FIXED, STOPS, WAITS)) {
            assertThat(agreed(cluster, GO_ON, GO_ON, GO_ON)).isEqualTo(Agreement.GO_ON);
        }
    }

    @Test
    void shouldMeetForNewcomersThatOneRankHasSeen() {
        assertThat(agreed(STOPS, GO_ON, LET_IN, GO_ON)).isEqualTo(Agreement.MEET);
    }

    @Test
    void shouldEndTogetherWhereWorkersStay() {
        assertThat(agreed(FIXED, GO_ON, LEAVE, GO_ON)).isEqualTo(Agreement.END);
    }

    @Test
    void shouldLetALeaverGoIfEnoughStay() {
        assertThat(agreed(STOPS, GO_ON, LEAVE, GO_ON)).isEqualTo(Agreement.MEET);
        assertThat(agreed(STOPS, LEAVE, LEAVE, LET_IN)).isEqualTo(Agreement.END);
        assertThat(agreed(WAITS, LEAVE, LEAVE, GO_ON)).isEqualTo(Agreement.MEET);
    }

    @Test
    void shouldEndWithACheckpointWhenNobodyStays() {
        assertThat(agreed(WAITS, LEAVE, LEAVE, LEAVE)).isEqualTo(Agreement.END);
    }

    @Test
    void shouldNotMeetForOneWhoCannotBeMissedNow() {
        assertThat(agreed(STOPS, GO_ON, LEAVE_LATER, GO_ON)).isEqualTo(Agreement.GO_ON);
        assertThat(agreed(STOPS, LEAVE, LEAVE_LATER, GO_ON)).isEqualTo(Agreement.END);
        assertThat(agreed(WAITS, LEAVE, LEAVE_LATER, GO_ON)).isEqualTo(Agreement.MEET);
        assertThat(agreed(WAITS, LEAVE_LATER, LEAVE_LATER, LEAVE_LATER)).isEqualTo(Agreement.END);
    }

    private static Agreement agreed(ClusterConfig cluster, Wish... wishes) {
        return Agreement.of(
                Arrays.stream(wishes).map(wish -> new RankReport(0, wish, 0)).toList(), cluster);
    }

    private static ClusterConfig cluster(int workers, Integer min, BelowMin belowMin) {
        return new ClusterConfig(
                workers,
                null,
                0,
                null,
                null,
                0,
                null,
                false,
                new ElasticConfig(min, null, belowMin, null, null),
                null,
                null);
    }
}
