package org.jft.eval.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The grids in configs/, planned without their data. */
class PresetsTest {
    /** A grid that has lost an axis or a seed to a slip would still run. */
    @ParameterizedTest
    @CsvSource({
        "pictograms-scaling, 1, 12",
        "paper-depth, 3, 27",
        "paper-epochs, 4, 36",
        "paper-classes, 2, 20",
        "paper-duplicates, 2, 30",
        "noise-study, 28, 280",
        "recipe, 9, 27",
    })
    void shouldHaveTheSeriesAndPointsThatTheyClaim(String name, int series, int points) {
        Path file = Path.of("..", "configs", name + ".yaml");
        RunConfig config = ConfigLoader.load(file, List.of("data.train=nowhere"));
        Sweep sweep = new Sweep(config, Path.of("nowhere"));
        assertThat(sweep.series()).hasSize(series);
        assertThat(sweep.points()).hasSize(points);
        assertThat(config.name()).isEqualTo(name);
    }
}
