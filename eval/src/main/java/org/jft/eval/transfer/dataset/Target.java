package org.jft.eval.transfer.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.DataConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.config.TransferTarget;
import org.jft.core.failure.ConfigException;
import org.jft.data.order.Selection;
import org.jft.data.shard.DataSet;

/**
 * A target's data, opened. The images of a seed are a subset of the training set with the seed as
 * subset seed; those it chooses its settings on are what a smaller subset of the same seed lacks:
 * so probes, fine-tuning, and both starts see the same ones.
 */
public final class Target implements AutoCloseable {
    private final TransferTarget config;
    private final RunConfig base;
    private final double heldOut;
    private final DataSet train;
    private final DataSet test;
    private final Selection scored;

    private Target(
            TransferTarget config, RunConfig base, double heldOut, DataSet train, DataSet test) {
        this.config = config;
        this.base = base;
        this.heldOut = heldOut;
        this.train = train;
        this.test = test;
        this.scored = Selection.of(test, config.testImages(), 0);
    }

    /**
     * Opens both data sets.
     *
     * @param pretraining config of the network's own run: scaling of pixels, engine, loader
     * @param heldOut share of a seed's images that it holds out
     */
    public static Target open(TransferTarget config, RunConfig pretraining, double heldOut) {
        RunConfig base = ConfigLoader.with(pretraining, overrides(config, pretraining));
        DataSet train = DataSet.openTrain(base.data());
        try {
            DataSet test = DataSet.openTest(base.data());
            try {
                if (test.classCount() != train.classCount()) {
                    throw new ConfigException(
                            "target %s: %s has %s classes, but %s has %s: both must share one taxonomy"
                                    .formatted(
                                            config.name(),
                                            config.test(),
                                            test.classCount(),
                                            config.train(),
                                            train.classCount()));
                }
                return new Target(config, base, heldOut, train, test);
            } catch (RuntimeException e) {
                test.close();
                throw e;
            }
        } catch (RuntimeException e) {
            train.close();
            throw e;
        }
    }

    /** What was special to the pre-training's data is taken back; how pixels are scaled stays. */
    private static List<String> overrides(TransferTarget config, RunConfig pretraining) {
        int size = config.size() == 0 ? pretraining.data().image().size() : config.size();
        boolean single = config.objective() == Objective.SOFTMAX;
        List<String> overrides = new ArrayList<>();
        for (String key :
                List.of("subset", "classes", "images_of", "drop_train", "drop_test", "mix")) {
            overrides.add("data.%s=".formatted(key));
        }
        overrides.add("data.train=\"%s\"".formatted(config.train()));
        overrides.add("data.test=\"%s\"".formatted(config.test()));
        overrides.add("data.labels={fill_upward: %s}".formatted(!single));
        overrides.add("data.image.size=%s".formatted(size));
        overrides.add("data.image.resize=%s".formatted(size));
        overrides.add("data.image.rand_augment=");
        overrides.add("data.image.color_jitter=");
        overrides.add("data.image.flip=%s".formatted(config.flip()));
        overrides.add("model.classes=0");
        overrides.add("model.init_from=");
        overrides.add("model.freeze_up_to=");
        overrides.add("train.objective=%s".formatted(config.objective()));
        overrides.add("eval.crops=1");
        overrides.add("eval.metric=%s".formatted(config.metric()));
        return overrides;
    }

    public TransferTarget config() {
        return config;
    }

    /**
     * Returns the config of a run on this target, but for its seed and how it trains. Images are
     * resized to the network's input as a whole.
     */
    public RunConfig base() {
        return base;
    }

    /** Returns how pixels and labels are read. */
    public DataConfig data() {
        return base.data();
    }

    public DataSet train() {
        return train;
    }

    public DataSet test() {
        return test;
    }

    /** Returns the images that a seed may learn from. */
    public Selection learnt(long seed) {
        return Selection.of(train, config.trainImages(), seed);
    }

    /** Returns the images of {@link #learnt} that it learns from while it chooses its settings. */
    public Selection fitted(long seed) {
        return Selection.of(train, fittedSubset(seed), seed);
    }

    /** Returns what {@link #fitted} selects, as a config says it. */
    public Subset fittedSubset(long seed) {
        long images = learnt(seed).count();
        long fitted = Math.round((1 - heldOut) * images);
        if (fitted < 1 || fitted >= images) {
            throw new ConfigException(
                    "target %s: of %s training images, held_out=%s leaves none on one side"
                            .formatted(config.name(), images, heldOut));
        }
        return new Subset.Count(fitted);
    }

    /** Returns the rows of {@link #learnt} that are not {@link #fitted}. */
    public LongPredicate heldOut(long seed) {
        Selection learnt = learnt(seed);
        Selection fitted = fitted(seed);
        return row -> learnt.contains(row) && !fitted.contains(row);
    }

    /** Returns the test images that are scored. */
    public Selection scored() {
        return scored;
    }

    @Override
    public void close() {
        test.close();
        train.close();
    }
}
