package org.jft.data.pipeline;

import java.util.BitSet;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jft.core.config.LabelConfig;
import org.jft.core.config.LabelConfig.Unlabelled;
import org.jft.data.shard.SampleStore;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * The labels a network is shown: read, made wrong where that is asked for, parted at the confidence
 * floor, then filled upward; in that order, so that a doubtful leaf does not vouch for its
 * ancestors. Where doubtful labels are ignored, so are those of their ancestors that no other label
 * vouches for: whether it is an apple decides whether it is a fruit. Where descendants are ignored,
 * those are the ones of labels that none of the others stands below. Thread-safe.
 *
 * @param noise null: labels are as they were read
 */
record LabelReader(
        SampleStore store,
        Truth truth,
        LabelConfig config,
        Taxonomy taxonomy,
        InjectedNoise noise) {
    /** Which labels of a row are read. */
    enum Truth {
        OBSERVED,
        /** A row without clean labels has none. */
        CLEAN,
        /** A row without clean labels has its observed ones. */
        CLEAN_OR_OBSERVED
    }

    /** Returns what reads for training. */
    static LabelReader training(SampleStore store, LabelConfig config, Taxonomy taxonomy) {
        InjectedNoise noise =
                config.noise().enabled() ? new InjectedNoise(config.noise(), taxonomy) : null;
        Truth truth = config.useClean() ? Truth.CLEAN : Truth.OBSERVED;
        return new LabelReader(store, truth, config, taxonomy, noise);
    }

    /** Returns what reads for evaluation. */
    static LabelReader evaluation(
            SampleStore store, boolean preferClean, LabelConfig config, Taxonomy taxonomy) {
        Truth truth = preferClean ? Truth.CLEAN_OR_OBSERVED : Truth.OBSERVED;
        return new LabelReader(store, truth, config, taxonomy, null);
    }

    Labels of(long row) {
        Labels labels = read(row);
        if (noise != null) {
            labels = noise.of(store.key(row), labels);
        }
        double floor = config.minConfidence();
        Labels shown = filled(labels.where(confidence -> confidence >= floor));
        if (config.doubtful() == Unlabelled.IGNORE) {
            shown = shown.andIgnored(filled(labels.where(confidence -> confidence < floor)));
        }
        if (config.descendants() == Unlabelled.IGNORE) {
            shown = shown.andIgnored(below(shown));
        }
        return shown;
    }

    /** Returns what stands below those labels that have none below them. */
    private Labels below(Labels labels) {
        int[] labelled = labels.where(confidence -> confidence != Labels.IGNORED).ids();
        BitSet above = new BitSet();
        for (int id : labelled) {
            IntStream.of(taxonomy.ancestors(id)).forEach(above::set);
        }
        BitSet below = new BitSet();
        for (int id : labelled) {
            if (!above.get(id)) {
                below.or(taxonomy.descendants(id));
            }
        }
        int[] ids = below.stream().toArray();
        return new Labels(ids, new float[ids.length]);
    }

    private Labels read(long row) {
        if (truth == Truth.OBSERVED) {
            return store.labels(row);
        }
        Optional<Labels> clean = store.cleanLabels(row);
        return truth == Truth.CLEAN
                ? clean.orElse(Labels.NONE)
                : clean.orElseGet(() -> store.labels(row));
    }

    private Labels filled(Labels labels) {
        return config.fillUpward() ? taxonomy.fillUpward(labels) : labels;
    }
}
