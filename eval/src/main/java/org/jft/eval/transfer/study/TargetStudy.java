package org.jft.eval.transfer.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.ModelConfig;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.config.TransferConfig;
import org.jft.core.config.TransferConfig.Method;
import org.jft.core.embedding.Embedder;
import org.jft.core.transfer.Backbone;
import org.jft.data.order.Selection;
import org.jft.eval.transfer.classification.ClassificationScorer;
import org.jft.eval.transfer.dataset.Target;
import org.jft.eval.transfer.feature.FeatureCache;
import org.jft.eval.transfer.feature.Features;

/** All methods on one target. */
final class TargetStudy {
    private final TransferConfig config;
    private final Target target;
    private final Backbone backbone;
    private final Path folder;
    private final FeatureCache cache;
    private final List<Selection> learnt; // of each seed
    private final FineTuning fineTuning;

    TargetStudy(TransferConfig config, Target target, Backbone backbone, Path folder) {
        this.config = config;
        this.target = target;
        this.backbone = backbone;
        this.folder = folder;
        this.cache = new FeatureCache(folder.resolve("features"), config.batch());
        this.learnt = config.seeds().stream().map(target::learnt).toList();
        this.fineTuning = new FineTuning(config, target, backbone, folder);
    }

    /**
     * The features of the training and test images by one network, read when first asked for.
     *
     * @param key what decides them
     */
    private record Extracted(String key, Supplier<Features> train, Supplier<Features> test) {}

    TargetPlan plan() {
        boolean tunes = config.methods().contains(Method.FINE_TUNE);
        int pairs = Start.values().length * config.seeds().size();
        return new TargetPlan(
                target.config().name(),
                learnt.get(0).count(),
                target.scored().count(),
                pairs * ProbeMethod.of(config, exclusive()).size(),
                tunes ? fineTuning.runs() : 0,
                tunes ? fineTuning.steps() : 0);
    }

    List<TransferPoint> run(TransferStudy.Listener listener) throws InterruptedException {
        List<TransferPoint> points = new ArrayList<>();
        Extracted pretrained = extracted(Start.PRETRAINED, 0);
        for (long seed : config.seeds()) {
            for (Start start : Start.values()) {
                Extracted features =
                        start == Start.PRETRAINED ? pretrained : extracted(start, seed);
                for (ProbeMethod method : ProbeMethod.of(config, exclusive())) {
                    PointFile.Outcome outcome =
                            file(method.name(), start, seed)
                                    .orElse(
                                            key(method, features),
                                            () -> method.rule().on(images(features, seed)));
                    points.add(report(method.name(), start, seed, outcome, listener));
                }
                if (config.methods().contains(Method.FINE_TUNE)) {
                    PointFile.Outcome outcome = fineTuning.run(start, seed);
                    points.add(report(FineTuning.NAME, start, seed, outcome, listener));
                }
            }
        }
        return points;
    }

    private TransferPoint report(
            String method,
            Start start,
            long seed,
            PointFile.Outcome outcome,
            TransferStudy.Listener listener) {
        TransferPoint point =
                new TransferPoint(
                        target.config().name(),
                        method,
                        start,
                        seed,
                        target.config().metric(),
                        outcome.metrics(),
                        outcome.chosen());
        listener.done(point);
        return point;
    }

    private boolean exclusive() {
        return target.config().objective() == Objective.SOFTMAX;
    }

    private Extracted extracted(Start start, long seed) {
        String network = network(start, seed);
        FeatureCache.Images train = trainImages(start, seed);
        FeatureCache.Images test = testImages(start, seed);
        return new Extracted(
                FeatureCache.key(network, train) + FeatureCache.key(network, test),
                Suppliers.memoize(() -> cache.get(network, train, () -> embedder(start, seed))),
                Suppliers.memoize(() -> cache.get(network, test, () -> embedder(start, seed))));
    }

    private Embedder embedder(Start start, long seed) {
        ImageConfig image = target.data().image();
        return start == Start.PRETRAINED
                ? Embedder.of(backbone, image, config.batch())
                : Embedder.untrained(model(), image, seed, config.batch());
    }

    private ModelConfig model() {
        return target.base().model();
    }

    /** Returns what tells the parameters apart. */
    private String network(Start start, long seed) {
        return start == Start.PRETRAINED
                ? backbone.sha256()
                : "seed %s of %s".formatted(seed, ConfigLoader.toTree(model()));
    }

    /** Those that any seed learns from. */
    private FeatureCache.Images trainImages(Start start, long seed) {
        LongPredicate any = row -> learnt.stream().anyMatch(of -> of.contains(row));
        return new FeatureCache.Images(
                name("train", start, seed), target.train(), any, target.data(), false);
    }

    private FeatureCache.Images testImages(Start start, long seed) {
        return new FeatureCache.Images(
                name("test", start, seed),
                target.test(),
                target.scored()::contains,
                target.data(),
                true);
    }

    private String name(String set, Start start, long seed) {
        String network = start == Start.PRETRAINED ? start.toString() : start + "-seed" + seed;
        return "%s-%s-%s".formatted(target.config().name(), set, network);
    }

    private ProbeMethod.Images images(Extracted features, long seed) {
        Features train = features.train().get();
        int classes = target.train().classCount();
        return new ProbeMethod.Images(
                seed,
                train.only(target.learnt(seed)::contains),
                train.only(target.fitted(seed)::contains),
                train.only(target.heldOut(seed)),
                features.test().get().only(row -> true),
                () -> ClassificationScorer.of(target.train().taxonomy(), classes),
                target.config().metric());
    }

    private PointFile file(String method, Start start, long seed) {
        return new PointFile(
                folder.resolve("points")
                        .resolve(target.config().name())
                        .resolve("%s-%s-seed%s.json".formatted(method, start, seed)));
    }

    private ObjectNode key(ProbeMethod method, Extracted features) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("features", features.key())
                .put("images", target.config().trainImages().toString())
                .put("held_out", config.heldOut())
                .put("settings", method.settings())
                .put("objective", target.config().objective().toString());
    }
}
