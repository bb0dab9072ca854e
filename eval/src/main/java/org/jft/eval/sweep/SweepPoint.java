package org.jft.eval.sweep;

import java.util.OptionalLong;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;

/**
 * One point of a curve.
 *
 * @param seed of initialisation, order and augmentation; the images of a subset are the same for
 *     all seeds ({@code data.subset_seed})
 * @param config of the run that gives it
 * @param images of the subset; empty when the data set is not there
 * @param steps of the run; empty when they depend on a data set that is not there
 */
public record SweepPoint(
        Series series,
        Subset subset,
        long seed,
        RunConfig config,
        OptionalLong images,
        OptionalLong steps) {
    @Override
    public String toString() {
        return "%s %s seed %s".formatted(series.name(), subset, seed);
    }
}
