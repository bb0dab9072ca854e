package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void shouldMarkOnesAndThreesOverAFewDecades() {
        assertThat(labels(new Scale.Log(250, 12_000))).containsExactly("300", "1K", "3K", "10K");
    }

    @Test
    void shouldMarkPowersOfTenOverManyDecades() {
        assertThat(labels(new Scale.Log(500, 3e9)))
                .containsExactly("1K", "10K", "100K", "1M", "10M", "100M", "1B");
    }

    @Test
    void shouldMarkMoreWithinADecade() {
        assertThat(labels(new Scale.Log(900, 4000))).containsExactly("1K", "2K", "3K");
    }

    @Test
    void shouldGiveAirAroundOneSize() {
        Scale.Log scale = Scale.Log.around(5000, 5000);
        assertThat(scale.position(5000)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void shouldStandInProportionOfTheLogarithm() {
        Scale.Log scale = new Scale.Log(100, 10_000);
        assertThat(scale.position(100)).isZero();
        assertThat(scale.position(1000)).isCloseTo(0.5, within(1e-12));
        assertThat(scale.position(10_000)).isEqualTo(1);
    }

    @Test
    void shouldMarkRoundNumbersOnALinearAxis() {
        assertThat(labels(Scale.Linear.over(41.2, 77.4)))
                .containsExactly("45", "50", "55", "60", "65", "70", "75");
        assertThat(labels(Scale.Linear.over(-1, 1)))
                .containsExactly(
                        "\u22121.00",
                        "\u22120.75",
                        "\u22120.50",
                        "\u22120.25",
                        "0.00",
                        "0.25",
                        "0.50",
                        "0.75",
                        "1.00");
    }

    @Test
    void shouldGiveAReadableNumberOfMarksOnAnyRange() {
        for (long seed = 1; seed <= 500; seed++) {
            Random random = new Random(seed);
            double low = 10 * random.nextGaussian();
            double high = low + Math.pow(10, 6 * random.nextDouble() - 4);
            Scale.Linear scale = Scale.Linear.over(low, high);
            List<Tick> ticks = scale.ticks();
            assertThat(ticks.size()).as("seed %s", seed).isBetween(3, 9);
            assertThat(ticks)
                    .as("seed %s", seed)
                    .allMatch(t -> scale.position(t.value()) > -1e-6)
                    .allMatch(t -> scale.position(t.value()) < 1 + 1e-6)
                    .extracting(Tick::label)
                    .doesNotHaveDuplicates();
        }
    }

    private static List<String> labels(Scale scale) {
        return scale.ticks().stream().filter(Tick::isMajor).map(Tick::label).toList();
    }
}
