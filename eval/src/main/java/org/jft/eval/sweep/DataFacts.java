package org.jft.eval.sweep;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.DataConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.core.failure.ConfigException;
import org.jft.data.order.Selection;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.Manifest;
import org.jft.data.store.Storage;
import org.jft.eval.transfer.classification.ClassColumns;

/**
 * What a sweep must know of its data sets before it trains, each looked up once: the runs of a grid
 * share most of it. Not thread-safe.
 */
final class DataFacts {
    /** A training set as a run sees it. */
    private static final class TrainingSet {
        private final String fingerprint;
        private final List<String> classes;
        private final Map<Subset, Long> counts = new HashMap<>();

        TrainingSet(DataSet data) {
            fingerprint = data.fingerprint();
            classes = data.taxonomy().names();
        }
    }

    private record TestSet(String fingerprint, List<String> classes) {}

    private final Map<DataConfig, Optional<TrainingSet>> training = new HashMap<>();
    private final Map<DataConfig, TestSet> test = new HashMap<>();

    /** Returns the fingerprint of what a run trains on; empty when it is not there. */
    Optional<String> fingerprint(RunConfig config) {
        return training(config).map(set -> set.fingerprint);
    }

    /** Returns how many images a subset of a run's training set has; empty when it is not there. */
    Optional<Long> count(RunConfig config, Subset subset) {
        return training(config)
                .map(
                        set -> {
                            if (!set.counts.containsKey(subset)) {
                                set.counts.put(subset, counted(config.data(), subset));
                            }
                            return set.counts.get(subset);
                        });
    }

    /** Returns the rows of the manifest, whatever a run drops of them; 1 when it is not there. */
    static long rows(RunConfig config) {
        try (Storage train = Storage.of(config.data().train(), config.data().store())) {
            return train.exists(Manifest.FILE_NAME) ? Manifest.load(train).rows() : 1;
        }
    }

    /**
     * Returns the fingerprint of the set that a run is scored on.
     *
     * @throws ConfigException when a data set is missing, the two have other classes, or a class is
     *     to be scored that the run does not learn
     */
    String testFingerprint(RunConfig config) {
        TestSet set = test.computeIfAbsent(wholeSet(config).scoredData(), DataFacts::openTest);
        List<String> learned =
                training(config)
                        .map(own -> own.classes)
                        .orElseGet(() -> opened(config.data()).classes); // says what is missing
        if (config.eval().classes() != null) {
            ClassColumns.of(config.eval().classes(), set.classes, learned);
        } else if (set.classes.size() != learned.size()) {
            throw new ConfigException(
                    "%s has %s classes, but %s has %s: both must share one taxonomy"
                            .formatted(
                                    config.data().test(),
                                    set.classes.size(),
                                    config.data().train(),
                                    learned.size()));
        }
        return set.fingerprint;
    }

    private Optional<TrainingSet> training(RunConfig config) {
        return training.computeIfAbsent(
                wholeSet(config).data(),
                data -> DataSet.trainIsThere(data) ? Optional.of(opened(data)) : Optional.empty());
    }

    private static RunConfig wholeSet(RunConfig config) {
        return ConfigLoader.with(config, List.of("data.subset=" + Subset.ALL));
    }

    private static TrainingSet opened(DataConfig config) {
        try (DataSet data = DataSet.openTrain(config)) {
            return new TrainingSet(data);
        }
    }

    private static TestSet openTest(DataConfig config) {
        try (DataSet data = DataSet.openTest(config)) {
            return new TestSet(data.fingerprint(), data.taxonomy().names());
        }
    }

    private static long counted(DataConfig config, Subset subset) {
        try (DataSet data = DataSet.openTrain(config)) {
            return Selection.of(data, subset, config.subsetSeed()).count();
        }
    }
}
