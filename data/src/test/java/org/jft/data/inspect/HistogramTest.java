package org.jft.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
    @Test
    void shouldCountNumbersInTheBinsWhoseBoundsItNames() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Histogram histogram = Histogram.doubling();
        long[] values = new long[2000];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextLong() >>> 1 + random.nextInt(63);
            histogram.add(values[i]);
        }
        long counted = 0;
        for (int bin = 0; bin < histogram.end(); bin++) {
            long from = histogram.from(bin);
            long to = bin + 1 < Long.SIZE ? histogram.from(bin + 1) : Long.MAX_VALUE;
            long expected = 0;
            for (long value : values) {
                expected += from <= value && value < to ? 1 : 0;
            }
            assertThat(histogram.count(bin)).as("bin=%d, seed=%d", bin, seed).isEqualTo(expected);
            counted += expected;
        }
        assertThat(counted).as("seed=%d", seed).isEqualTo(values.length);
        assertThat(histogram.from(9)).isEqualTo(256);
    }

    @Test
    void shouldKeepWhatIsAboveTheLastUnitInItsOpenBin() {
        Histogram histogram = Histogram.ofUnits(3);
        for (long value : new long[] {1, 2, 2, 3, 4, 99}) {
            histogram.add(value);
        }
        assertThat(histogram.begin()).isEqualTo(1);
        assertThat(histogram.end()).isEqualTo(4);
        assertThat(histogram.count(3)).isEqualTo(3);
        assertThat(histogram.isOpen(3)).isTrue();
        assertThat(histogram.isOpen(2)).isFalse();
        assertThat(histogram.highest()).isEqualTo(3);
        assertThat(histogram.least()).isEqualTo(1);
        assertThat(histogram.most()).isEqualTo(99);
    }

    @Test
    void shouldHaveNoBinsBeforeTheFirstNumber() {
        Histogram histogram = Histogram.doubling();
        assertThat(histogram.begin()).isEqualTo(histogram.end()).isZero();
        assertThat(histogram.most()).isZero();
        assertThat(histogram.least()).isZero();
    }
}
