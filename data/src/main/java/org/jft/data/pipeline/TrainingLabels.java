package org.jft.data.pipeline;

import org.jft.core.config.LabelConfig;
import org.jft.data.shard.SampleStore;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * The labels a network is trained on, beside what they were before some were made wrong on purpose
 * ({@code data.labels.noise}). Thread-safe; the store is the caller's.
 */
public final class TrainingLabels {
    private final LabelReader shown;
    private final LabelReader right;

    /**
     * Describes.
     *
     * @param taxonomy of the store's classes
     */
    public TrainingLabels(SampleStore store, LabelConfig config, Taxonomy taxonomy) {
        shown = LabelReader.training(store, config, taxonomy);
        right = new LabelReader(store, shown.truth(), config, taxonomy, /* noise= */ null);
    }

    /** Returns what a network is shown of a row. */
    public Labels shown(long row) {
        return shown.of(row);
    }

    /** Returns what it would be shown without the injected noise. */
    public Labels right(long row) {
        return right.of(row);
    }
}
