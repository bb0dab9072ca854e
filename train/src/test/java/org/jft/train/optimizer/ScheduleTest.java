package org.jft.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.jft.core.config.ScheduleConfig;
import org.jft.core.config.ScheduleConfig.Kind;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void shouldDecayInStairsAsThePaperDoes() {
        Schedule paper =
                Schedule.of(
                        new ScheduleConfig(Kind.STAIRCASE, 1e-3, 0, 0, 0.9, 3_000_000L, null, 0),
                        36_000_000);
        assertThat(paper.at(0)).isEqualTo(1e-3);
        assertThat(paper.at(2_999_999)).isEqualTo(1e-3);
        assertThat(paper.at(3_000_000)).isCloseTo(0.9e-3, within(1e-12));
        assertThat(paper.at(35_999_999)).isCloseTo(1e-3 * Math.pow(0.9, 11), within(1e-12));
    }

    @Test
    void shouldEndTheCosineAtZeroRightAfterTheLastStep() {
        Schedule cosine =
                Schedule.of(new ScheduleConfig(Kind.COSINE, 0.4, 10, 0, null, null, null, 0), 110);
        assertThat(cosine.at(10)).isEqualTo(0.4);
        assertThat(cosine.at(60)).isCloseTo(0.2, within(1e-12));
        assertThat(cosine.at(109)).isPositive().isLessThan(1e-3);
        assertThat(cosine.at(110)).isZero();
    }

    @Test
    void shouldWarmUpLinearlyAndNeverFromZero() {
        Schedule warm =
                Schedule.of(
                        new ScheduleConfig(Kind.CONSTANT, 0.8, 0, 0.1, null, null, null, 0), 40);
        assertThat(warm.at(0)).isCloseTo(0.2, within(1e-12));
        assertThat(warm.at(3)).isCloseTo(0.8, within(1e-12));
        assertThat(warm.at(4)).isEqualTo(0.8);
    }

    @Test
    void shouldFallAsTheReciprocalSquareRootBehindWarmUp() {
        Schedule rsqrt =
                Schedule.of(new ScheduleConfig(Kind.RSQRT, 0.6, 4, 0, null, null, 10L, 0), 1000);
        assertThat(rsqrt.at(1)).isCloseTo(0.3, within(1e-12));
        assertThat(rsqrt.at(4)).isEqualTo(0.6);
        assertThat(rsqrt.at(4 + 30)).isCloseTo(0.3, within(1e-12));
        assertThat(rsqrt.at(4 + 150)).isCloseTo(0.15, within(1e-12));
    }

    @Test
    void shouldCoolDownToZeroRightAfterTheLastStepWhateverTheShape() {
        ScheduleConfig config = new ScheduleConfig(Kind.STAIRCASE, 0.8, 0, 0, 0.5, 50L, null, 0.2);
        Schedule cooled = Schedule.of(config, 100);
        assertThat(cooled.at(0)).isEqualTo(0.8);
        assertThat(cooled.at(80)).isEqualTo(0.4);
        assertThat(cooled.at(90)).isCloseTo(0.2, within(1e-12));
        assertThat(cooled.at(99)).isCloseTo(0.02, within(1e-12));
        assertThat(cooled.at(100)).isZero();
    }

    @Test
    void shouldRefuseARunThatIsTooShortForWarmUpAndCoolDown() {
        ScheduleConfig config = new ScheduleConfig(Kind.RSQRT, 0.5, 48, 0, null, null, 10L, 0.2);
        assertThat(Schedule.of(config, 60).at(48)).isEqualTo(0.5);
        assertThatThrownBy(() -> Schedule.of(config, 58))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "train.schedule.warmup_steps=48 and the 12 steps of"
                                + " train.schedule.cooldown_share=0.2 do not fit into a run of 58"
                                + " steps");
    }

    @Test
    void shouldRefuseWhatIsNoSchedule() {
        assertThatThrownBy(() -> new ScheduleConfig(Kind.RSQRT, 1, 0, 0, null, null, null, 0))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("rsqrt needs timescale");
        assertThatThrownBy(
                        () -> new ScheduleConfig(Kind.CONSTANT, 1, 0, 0.6, null, null, null, 0.5))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cooldown_share");
        assertThatThrownBy(() -> new ScheduleConfig(Kind.COSINE, 1, 0, 0, null, null, null, 0.5))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cosine");
    }
}
