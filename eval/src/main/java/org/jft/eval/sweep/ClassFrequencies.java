package org.jft.eval.sweep;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jft.core.config.DataConfig;
import org.jft.core.config.RunConfig;
import org.jft.data.order.Selection;
import org.jft.data.pipeline.TrainingLabels;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.Labels;
import org.jft.eval.transfer.classification.ClassColumns;

/**
 * How many images of a run's subset carry each class, as a network is shown them. Reads every label
 * of the subset, once for all runs that share it. Not thread-safe.
 */
final class ClassFrequencies {
    private final Map<DataConfig, long[]> counted = new HashMap<>();

    /**
     * Returns the counts of the classes that are scored.
     *
     * @param outputs of the network that are scored: at least the classes; the others have none
     * @return [outputs]
     */
    long[] of(RunConfig config, int outputs) {
        long[] learned = counted.computeIfAbsent(config.data(), ClassFrequencies::count);
        return ClassColumns.of(config)
                .map(columns -> columns.of(learned))
                .orElseGet(() -> Arrays.copyOf(learned, outputs));
    }

    private static long[] count(DataConfig config) {
        try (DataSet data = DataSet.openTrain(config)) {
            Selection subset = Selection.of(data, config.subset(), config.subsetSeed());
            TrainingLabels labels = new TrainingLabels(data, config.labels(), data.taxonomy());
            long[] counts = new long[data.classCount()];
            for (long i = 0; i < subset.count(); i++) {
                Labels shown = labels.shown(subset.row(i));
                for (int l = 0; l < shown.size(); l++) {
                    counts[shown.ids()[l]] += shown.confidences()[l] == Labels.IGNORED ? 0 : 1;
                }
            }
            return counts;
        }
    }
}
