package org.jft.eval.sweep;

import java.nio.file.Path;
import java.util.List;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;

/**
 * One run of a sweep.
 *
 * @param seed of initialisation, order and augmentation; the images of a subset are the same for
 *     all seeds ({@code data.subset_seed})
 */
public record SweepPoint(Subset subset, long seed) {
    /** Returns the point's folder below the sweep's. */
    public Path folder(Path sweep) {
        return sweep.resolve("points").resolve("%s-seed%s".formatted(fileName(), seed));
    }

    /** Returns the config of the point's run. */
    public RunConfig config(RunConfig base) {
        return ConfigLoader.with(
                base,
                List.of(
                        "name=%s-%s-seed%s".formatted(base.name(), fileName(), seed),
                        "data.subset=" + subset,
                        "seed=" + seed));
    }

    /** {@code 0_5pct}, {@code 30M}: no sign that a shell or a URL would read otherwise. */
    private String fileName() {
        return subset.toString().replace('.', '_').replace("%", "pct");
    }

    @Override
    public String toString() {
        return "%s seed %s".formatted(subset, seed);
    }
}
