package org.jft.data.pipeline;

import java.util.function.UnaryOperator;
import org.jft.core.config.LabelConfig;
import org.jft.data.shard.SampleStore;
import org.jft.data.taxonomy.Labels;

/**
 * The labels a network is shown: read, then dropped below the confidence floor, then filled upward;
 * in that order, so that a doubtful leaf does not vouch for its ancestors. Thread-safe if {@code
 * fill} is.
 */
record LabelReader(SampleStore store, Truth truth, LabelConfig config, UnaryOperator<Labels> fill) {
    /** Which labels of a row are read. */
    enum Truth {
        OBSERVED,
        /** A row without clean labels has none. */
        CLEAN,
        /** A row without clean labels has its observed ones. */
        CLEAN_OR_OBSERVED
    }

    Labels of(long row) {
        Labels labels = confident(read(row));
        return config.fillUpward() ? fill.apply(labels) : labels;
    }

    private Labels read(long row) {
        if (truth == Truth.OBSERVED) {
            return store.labels(row);
        }
        Labels clean = store.cleanLabels(row);
        return clean.size() == 0 && truth == Truth.CLEAN_OR_OBSERVED ? store.labels(row) : clean;
    }

    private Labels confident(Labels labels) {
        int kept = 0;
        for (float confidence : labels.confidences()) {
            if (confidence >= config.minConfidence()) {
                kept++;
            }
        }
        if (kept == labels.size()) {
            return labels;
        }
        int[] ids = new int[kept];
        float[] confidences = new float[kept];
        int to = 0;
        for (int i = 0; i < labels.size(); i++) {
            if (labels.confidences()[i] >= config.minConfidence()) {
                ids[to] = labels.ids()[i];
                confidences[to++] = labels.confidences()[i];
            }
        }
        return new Labels(ids, confidences);
    }
}
