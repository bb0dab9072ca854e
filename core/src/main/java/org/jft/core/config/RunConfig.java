package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.Set;
import org.jft.core.config.ElasticConfig.OnChange;

/**
 * Everything that decides what a run computes. Two runs with equal configs on the same data give
 * the same parameters.
 *
 * @param name short name of the run, used in file names and plots
 * @param seed seeds parameter initialisation, sample order and augmentation
 */
public record RunConfig(
        String name,
        long seed,
        DataConfig data,
        ModelConfig model,
        EngineConfig engine,
        TrainConfig train,
        ClusterConfig cluster,
        EvalConfig eval) {
    private static final Set<String> SYNC_BATCH_NORM = Set.of(EngineConfig.AUTO, "onednn");

    public RunConfig {
        name = name == null ? "run" : name;
        check(data != null, "data is required: at least data.train, the folder of a data set");
        check(model != null, "model is required: at least model.architecture");
        check(train != null, "train is required: at least train.global_batch and train.epochs");
        engine = engine == null ? EngineConfig.defaults() : engine;
        cluster = cluster == null ? ClusterConfig.defaults() : cluster;
        eval = eval == null ? EvalConfig.defaults() : eval;
        ImageConfig image = data.image();
        check(
                eval.crops() == 1 || image.resize() > image.size(),
                "eval.crops=%s need room to be cut from: data.image.resize=%s must be above"
                        + " data.image.size=%s",
                eval.crops(),
                image.resize(),
                image.size());
        check(
                !data.mix().enabled() || train.microBatch() > 1,
                "data.mix needs two images in a micro batch: train.micro_batch=%s",
                train.microBatch());
        checkLabels(data.labels(), train.objective().link());
        checkObjective(train.objective(), data.mix(), cluster);
        checkShares(train, cluster);
        check(
                !cluster.changes() || !engine.nccl(),
                "engine.nccl=true joins devices for the whole run, but workers may come and go"
                        + " under cluster.elastic: leave it at false");
        check(
                !cluster.changes() || !cluster.shardClasses(),
                "cluster.shard_classes=true leaves each worker with classes that no other has, but"
                        + " workers may come and go under cluster.elastic: leave it at false");
        checkSyncBatchNorm(model, engine, cluster);
    }

    /** Returns the data as the network is scored on it: with the labels of {@code eval.classes}. */
    public DataConfig scoredData() {
        return eval.classes() == null ? data : data.withClasses(eval.classes());
    }

    private static void checkSyncBatchNorm(
            ModelConfig model, EngineConfig engine, ClusterConfig cluster) {
        check(
                !model.syncBatchNorm() || !cluster.changes(),
                "model.sync_batch_norm=true joins the workers in each pass, but under"
                        + " cluster.elastic they may come, go and have different numbers of micro"
                        + " batches: leave it at false");
        check(
                !model.syncBatchNorm()
                        || cluster.workers() == 1
                        || SYNC_BATCH_NORM.contains(engine.name()),
                "model.sync_batch_norm=true needs engine.name=onednn, not %s: leave it at false",
                engine.name());
    }

    private static void checkShares(TrainConfig train, ClusterConfig cluster) {
        int microBatches = train.globalBatch() / train.microBatch();
        boolean scales = cluster.elastic().onChange() == OnChange.SCALE_RATE;
        check(
                cluster.changes() && !scales || microBatches % cluster.workers() == 0,
                "train.global_batch=%s is not a multiple of train.micro_batch=%s times"
                        + " cluster.workers=%s",
                train.globalBatch(),
                train.microBatch(),
                cluster.workers());
        check(
                scales || cluster.maxWorkers() <= microBatches,
                "cluster.elastic.max_workers=%s would leave workers idle: a step has %s micro"
                        + " batches (train.global_batch=%s / train.micro_batch=%s)",
                cluster.maxWorkers(),
                microBatches,
                train.globalBatch(),
                train.microBatch());
    }

    private static void checkLabels(LabelConfig labels, TrainConfig.Objective objective) {
        boolean softmax = objective == TrainConfig.Objective.SOFTMAX;
        check(
                !softmax || !labels.hasUnknown(),
                "data.labels.doubtful and descendants: ignore needs train.objective=sigmoid: a"
                        + " softmax shares its probability out among all classes and can leave"
                        + " none aside");
        check(
                !softmax || !labels.noise().addsLabels(),
                "data.labels.noise would give an image more labels than it has, and"
                        + " train.objective=softmax is for one: recall must be at most precision");
    }

    private static void checkObjective(
            ObjectiveConfig objective, MixConfig mix, ClusterConfig cluster) {
        check(
                !mix.enabled() || objective.confidence() == ObjectiveConfig.Confidence.TARGET,
                "data.mix makes confidences of how much there is of each image, so they are"
                        + " targets: leave train.objective.confidence=%s",
                ObjectiveConfig.Confidence.TARGET);
        check(
                !cluster.shardClasses() || !objective.ranks(),
                "train.objective.name=%s compares the losses of all classes, and"
                        + " cluster.shard_classes=true leaves each worker with some of them",
                objective.name());
    }

    /**
     * Returns the samples of a step of so many workers: {@code train.global_batch}, or what {@code
     * cluster.elastic.on_change} makes of it.
     */
    public int globalBatch(int workers) {
        return cluster.elastic().onChange() == OnChange.SCALE_RATE && cluster.changes()
                ? Math.multiplyExact(train.globalBatch() / cluster.workers(), workers)
                : train.globalBatch();
    }

    /** Returns the same with another engine. */
    public RunConfig withEngine(EngineConfig other) {
        return new RunConfig(name, seed, data, model, other, train, cluster, eval);
    }
}
