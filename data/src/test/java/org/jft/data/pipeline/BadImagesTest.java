package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;

class BadImagesTest {
    private static final Path REPORT = Path.of("quarantine.tsv");

    @Test
    void shouldTolerateAnUnluckyStartOfALargeSet() {
        BadImages images = new BadImages(0.01, 300_000_000, REPORT);
        images.add(100, 100); // 1% of the first 10,000
        assertThatThrownBy(() -> images.add(1, 1)).isInstanceOf(JftException.class);
    }

    @Test
    void shouldJudgeASmallSetByItsSize() {
        BadImages images = new BadImages(0.1, 50, REPORT);
        images.add(5, 5);
        assertThatThrownBy(() -> images.add(1, 1))
                .hasMessageStartingWith("6 of the 6 images read so far (100.00%)");
    }

    @Test
    void shouldJudgeALongRunByItsShare() {
        BadImages images = new BadImages(0.01, 1000, REPORT);
        for (int i = 0; i < 10_000; i++) {
            images.add(100, 1);
        }
        assertThat(images.bad()).isEqualTo(10_000);
        assertThatThrownBy(() -> images.add(100, 2)).isInstanceOf(JftException.class);
    }

    @Test
    void shouldAllowNoneOrAll() {
        BadImages none = new BadImages(0, 1000, REPORT);
        none.add(500, 0);
        assertThatThrownBy(() -> none.add(1, 1)).isInstanceOf(JftException.class);
        new BadImages(BadImages.NO_LIMIT, 10, REPORT).add(20, 20);
    }
}
