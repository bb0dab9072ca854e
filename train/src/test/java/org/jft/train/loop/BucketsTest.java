package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketsTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "10, 10", "10, 3", "9, 3", "1000003, 4096", "5, 4"})
    void shouldCoverTheVectorFromItsEndWithoutGaps(int length, int size) {
        Buckets buckets = new Buckets(length, size);
        int end = length;
        for (int bucket = 0; bucket < buckets.count(); bucket++) {
            assertThat(buckets.to(bucket)).isEqualTo(end);
            assertThat(buckets.to(bucket) - buckets.from(bucket)).isBetween(1, size);
            assertThat(buckets.of(buckets.from(bucket))).isEqualTo(bucket);
            assertThat(buckets.of(buckets.to(bucket) - 1)).isEqualTo(bucket);
            end = buckets.from(bucket);
        }
        assertThat(end).isZero();
    }

    @ParameterizedTest
    @CsvSource({"11700000, 10, 5", "11700000, 0, 1", "100, 10, 1", "1024, 0.001, 4"})
    void shouldCutByMegabytes(int length, double megabytes, int count) {
        assertThat(Buckets.ofMegabytes(length, megabytes).count()).isEqualTo(count);
    }
}
