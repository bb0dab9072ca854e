package org.jft.eval.report;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jft.eval.transfer.classification.ClassScores;

/**
 * One run of a sweep.
 *
 * @param subset as in the config, {@code 10%}
 * @param examples training images of the subset
 * @param metrics held-out scores by name, in the order to show them
 * @param runFolder where its config, checkpoints and log are
 * @param trainSeconds wall time of the training; NaN when it is not known
 * @param byClass its scores class by class, where they are known
 */
public record ReportPoint(
        String subset,
        long examples,
        long seed,
        Map<String, Double> metrics,
        String runFolder,
        double trainSeconds,
        Optional<ClassScores> byClass) {
    public ReportPoint {
        requireNonNull(subset, "subset");
        requireNonNull(runFolder, "runFolder");
        checkArgument(examples > 0, "subset %s has %s examples", subset, examples);
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** Makes one whose scores by class are not known. */
    public ReportPoint(
            String subset,
            long examples,
            long seed,
            Map<String, Double> metrics,
            String runFolder,
            double trainSeconds) {
        this(subset, examples, seed, metrics, runFolder, trainSeconds, Optional.empty());
    }
}
