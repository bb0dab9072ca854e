package org.jft.eval.transfer.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransferResultTest {
    @Test
    void shouldPairPointsByTheirSeeds() {
        List<TransferPoint> points =
                List.of(
                        point(Start.PRETRAINED, 7, 0.7),
                        point(Start.RANDOM, 3, 0.1),
                        point(Start.PRETRAINED, 3, 0.5),
                        point(Start.RANDOM, 7, 0.2));
        List<TransferResult> results = TransferResult.of(points, 0.95, 100);
        assertThat(results).hasSize(1);
        assertThat(results.get(0).pretrained()).containsExactly(0.5, 0.7);
        assertThat(results.get(0).random()).containsExactly(0.1, 0.2);
        assertThat(results.get(0).difference().mean()).isEqualTo(0.45, within(1e-12));
    }

    private static TransferPoint point(Start start, long seed, double value) {
        return new TransferPoint("t", "linear", start, seed, "top1", Map.of("top1", value), "");
    }
}
