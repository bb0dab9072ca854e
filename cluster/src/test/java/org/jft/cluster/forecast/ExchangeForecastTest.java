package org.jft.cluster.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.jft.cluster.forecast.ExchangeForecast.Algorithm.HALVING_DOUBLING;
import static org.jft.cluster.forecast.ExchangeForecast.Algorithm.RING;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeForecastTest {
    private static final double RESNET_50 = 4 * 25.557e6;
    private static final double RESNET_101 = 4 * 44.549e6;

    private final long seed = System.nanoTime();

    /** A table in milliseconds that another program made from the same assumptions. */
    @ParameterizedTest
    @CsvSource({
        "10, 8, 167, 167",
        "10, 64, 194, 188",
        "10, 1024, 293, 191",
        "25, 16, 80, 79",
        "25, 256, 109, 84",
        "100, 32, 33, 30",
        "100, 1024, 133, 32"
    })
    void shouldAgreeWithATableMadeElsewhere(double gigabits, int workers, long ring, long halving) {
        ExchangeForecast link = ExchangeForecast.ofLink(gigabits, 50e-6, 8e9);
        assertThat(Math.round(1e3 * link.seconds(RING, workers, RESNET_50))).isEqualTo(ring);
        assertThat(Math.round(1e3 * link.seconds(HALVING_DOUBLING, workers, RESNET_50)))
                .isEqualTo(halving);
    }

    /** Percent, of the best of 1, 4 and 8 buckets, of the same origin. */
    @ParameterizedTest
    @CsvSource({
        "10, 8, 67",
        "10, 1024, 35",
        "25, 32, 93",
        "25, 64, 85",
        "25, 512, 54",
        "100, 256, 75"
    })
    void shouldAgreeWithATableOfEfficiencies(double gigabits, int workers, double percent) {
        ExchangeForecast link = ExchangeForecast.ofLink(gigabits, 50e-6, 8e9);
        double best = 0;
        for (int buckets : new int[] {1, 4, 8}) {
            best = Math.max(best, link.efficiency(RING, workers, RESNET_50, 0.16, buckets));
        }
        assertThat(100 * best).isCloseTo(percent, within(1.0));
    }

    /** Goes step by step through what each algorithm sends, instead of summing in closed form. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 32, 128})
    void shouldTakeTheSumOfItsSteps(int workers) {
        Random random = new Random(seed);
        double rate = 1e9 * (1 + random.nextDouble());
        double latency = 1e-4 * random.nextDouble();
        double added = 1e10 * (1 + random.nextDouble());
        double bytes = 1e8 * random.nextDouble();
        double ring = 0;
        for (int step = 0; step < workers - 1; step++) {
            ring += latency + bytes / workers / rate + bytes / workers / added;
            ring += latency + bytes / workers / rate;
        }
        double halving = 0;
        for (double part = bytes / 2; part > 0.75 * bytes / workers; part /= 2) {
            halving += latency + part / rate + part / added;
            halving += latency + part / rate;
        }
        ExchangeForecast link = new ExchangeForecast(rate, latency, added);
        assertThat(link.seconds(RING, workers, bytes))
                .as("seed=%s", seed)
                .isCloseTo(ring, within(1e-9));
        assertThat(link.seconds(HALVING_DOUBLING, workers, bytes))
                .as("seed=%s", seed)
                .isCloseTo(halving, within(1e-9));
    }

    /** Full packets, counted by hand from the headers' documented sizes. */
    @ParameterizedTest
    @CsvSource({
        "TCP, 1500, 38, 1448, 1538",
        "TCP, 9000, 38, 8948, 9038",
        "UDP, 1500, 38, 1408, 1538",
        "UDP, 9000, 14, 8896, 9002"
    })
    void shouldLeaveToThePayloadWhatHeadersDoNotTake(
            Carrier carrier, int mtu, int framing, double payload, double counted) {
        ExchangeForecast link = ExchangeForecast.ofLink(1, carrier, mtu, framing, 0, 8e9);
        assertThat(link.bytesPerSecond()).isCloseTo(125e6 * payload / counted, within(1.0));
    }

    /** By hand: inside 2 workers, 1/2 of the bytes twice; between 4 hosts, 3/4 of them twice. */
    @Test
    void shouldSumInsideHostsAndThenBetweenThem() {
        ExchangeForecast between = new ExchangeForecast(1e9, 1e-4, 4e9);
        ExchangeForecast inside = new ExchangeForecast(8e9, 1e-5, 4e9);
        double bytes = 1e8;
        double expected =
                2 * 1e-5
                        + bytes / 8e9
                        + bytes / 2 / 4e9
                        + 6 * 1e-4
                        + 1.5 * bytes / 1e9
                        + 0.75 * bytes / 8e9;
        assertThat(between.hierarchicalSeconds(RING, 4, 2, bytes, inside))
                .isCloseTo(expected, within(1e-9));
    }

    /** With the same ways inside as between, hosts make no difference. */
    @Test
    void shouldTakeForARingOverHostsWhatItsSlowestLinkTakes() {
        ExchangeForecast fast = new ExchangeForecast(8e9, 1e-5, 4e9);
        ExchangeForecast slow = new ExchangeForecast(1e9, 1e-4, 4e9);
        assertThat(fast.ringOverHostsSeconds(4, 2, 1e8, fast))
                .isCloseTo(fast.seconds(RING, 8, 1e8), within(1e-9));
        double expected = 7 * 1e-4 + 7 * 1e-5 + 2 * 7 / 8.0 * 1e8 / 1e9 + 7 / 8.0 * 1e8 / 4e9;
        assertThat(slow.ringOverHostsSeconds(4, 2, 1e8, fast)).isCloseTo(expected, within(1e-9));
    }

    @Test
    void shouldPayForWorkersBeyondAPowerOfTwoAndNothingForOne() {
        ExchangeForecast link = ExchangeForecast.ofLink(25, 50e-6, 8e9);
        assertThat(link.seconds(HALVING_DOUBLING, 1, RESNET_101)).isZero();
        assertThat(link.seconds(HALVING_DOUBLING, 65, RESNET_101))
                .isGreaterThan(1.9 * link.seconds(HALVING_DOUBLING, 64, RESNET_101));
        assertThat(link.efficiency(RING, 1, RESNET_101, 0.1, 4)).isEqualTo(1);
    }
}
