package org.jft.eval.transfer.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jft.core.config.FineTuneConfig;
import org.jft.core.config.ScheduleConfig;
import org.jft.train.optimizer.Schedule;
import org.junit.jupiter.api.Test;

class HyperRuleTest {
    @Test
    void shouldGoByTheNumberOfImages() {
        assertThat(HyperRule.of(19_999)).isEqualTo(new HyperRule(500, 0));
        assertThat(HyperRule.of(20_000)).isEqualTo(new HyperRule(10_000, 0.1));
        assertThat(HyperRule.of(499_999)).isEqualTo(new HyperRule(10_000, 0.1));
        assertThat(HyperRule.of(500_000)).isEqualTo(new HyperRule(20_000, 0.1));
    }

    @Test
    void shouldGiveWayToAConfig() {
        FineTuneConfig config = new FineTuneConfig(List.of(0.1), 8, 30, 0.5, null, 1);
        assertThat(HyperRule.of(100, config)).isEqualTo(new HyperRule(30, 0.5));
    }

    @Test
    void shouldLowerTheRateAfterThirtySixtyAndNinetyPercent() {
        HyperRule rule = HyperRule.of(1000);
        Schedule rate =
                Schedule.of(
                        new ScheduleConfig(
                                ScheduleConfig.Kind.STAIRCASE,
                                1,
                                0,
                                0,
                                0.1,
                                rule.stairSteps(),
                                null,
                                0),
                        rule.steps());
        double[] atEnds = {rate.at(149), rate.at(150), rate.at(300), rate.at(449), rate.at(450)};
        double[] expected = {1, 0.1, 0.01, 0.01, 0.001};
        for (int i = 0; i < expected.length; i++) {
            assertThat(atEnds[i] / expected[i]).isBetween(0.999, 1.001);
        }
    }
}
