package org.jft.eval.transfer.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.math.IntMath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.FineTuneConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;
import org.jft.data.shard.DataSet;
import org.jft.eval.transfer.classification.CheckpointScorer;
import org.jft.eval.transfer.classification.ClassificationScores;
import org.jft.eval.transfer.dataset.Target;
import org.jft.train.loop.RunFolder;
import org.jft.train.loop.TrainingJob;

/**
 * One network fine-tuned on one seed's images: a run folder of jft-train, trained or found done.
 *
 * @param from a run or a checkpoint whose layers it starts from; null for random weights
 * @param seed of the images, the new weights, order and augmentation
 * @param searching whether it learns from the fitted images and is scored on the held-out ones,
 *     instead of all and the test set
 * @param folder of the run
 */
public record FineTuneRun(
        Target target,
        FineTuneConfig tuning,
        String from,
        long seed,
        double learningRate,
        boolean searching,
        Path folder) {

    /** Returns the run's config; its test images are those to be scored. */
    public RunConfig config() {
        Subset images = searching ? target.fittedSubset(seed) : target.config().trainImages();
        long count = (searching ? target.fitted(seed) : target.learnt(seed)).count();
        HyperRule rule = HyperRule.of(count, tuning);
        RunConfig base = target.base();
        int size = base.data().image().size();
        int ofWorker = tuning.batch() / tuning.workers();
        boolean single = target.config().objective() == Objective.SOFTMAX;
        return ConfigLoader.with(
                base,
                List.of(
                        "name=%s-%s".formatted(target.config().name(), folder.getFileName()),
                        "seed=" + seed,
                        "data.subset=" + images,
                        "data.subset_seed=" + seed,
                        "data.image.crop=resize_crop",
                        "data.image.resize=" + Math.round(HyperRule.RESIZE_OVER_CROP * size),
                        "data.mix={mixup_alpha: %s}".formatted(rule.mixupAlpha()),
                        "model.init_from=" + quoted(from),
                        "model.freeze_up_to=" + quoted(tuning.freezeUpTo()),
                        "model.head_bias=" + (single ? 0 : base.model().headBias()),
                        "train={global_batch: %s, micro_batch: %s, steps: %s, objective: %s, "
                                        .formatted(
                                                tuning.batch(),
                                                IntMath.gcd(ofWorker, base.train().microBatch()),
                                                rule.steps(),
                                                target.config().objective())
                                + "optimizer: {kind: sgd, momentum: 0.9}, schedule: {kind: staircase, "
                                + "learning_rate: %s, decay: 0.1, decay_steps: %s}}"
                                        .formatted(learningRate, rule.stairSteps()),
                        "cluster.workers=" + tuning.workers()));
    }

    /** Returns a text as YAML, nothing for null. */
    private static String quoted(String text) {
        return text == null ? "" : "\"%s\"".formatted(text);
    }

    /** Trains what is missing, and scores. */
    public ClassificationScores scores() throws InterruptedException {
        RunFolder run = new RunFolder(folder);
        RunConfig config = config();
        JsonNode summary = new TrainingJob(config, run).run();
        return new CheckpointScorer(scoring(config), folder)
                .score(run.checkpointOf(summary.path("steps").asLong()))
                .overall();
    }

    /** Whole images at the network's size, as the rule has it, and only those to be scored. */
    private RunConfig scoring(RunConfig config) {
        DataSet data = searching ? target.train() : target.test();
        LongPredicate scored = searching ? target.heldOut(seed) : target.scored()::contains;
        String location = searching ? target.config().train() : target.config().test();
        long others = LongStream.range(0, data.rowCount()).filter(scored.negate()).count();
        String drops = others == 0 ? null : writeOthers(data, scored).toString();
        return ConfigLoader.with(
                config,
                List.of(
                        "data.image.resize=" + config.data().image().size(),
                        "data.test=" + quoted(location),
                        "data.drop_test=" + quoted(drops)));
    }

    private Path writeOthers(DataSet data, LongPredicate scored) {
        Path file = folder.resolve("not_scored.txt");
        try {
            Files.createDirectories(folder);
            WholeFile.writeLines(
                    file,
                    LongStream.range(0, data.rowCount())
                            .filter(scored.negate())
                            .mapToObj(row -> data.key(row).toString()));
        } catch (IOException e) {
            throw new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
        }
        return file;
    }
}
