package org.jft.eval.transfer.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.TransferConfig;
import org.jft.core.transfer.Backbone;
import org.jft.eval.transfer.dataset.Target;
import org.jft.eval.transfer.finetune.FineTuneRun;

/**
 * Fine-tunes on one target. Each start takes the learning rate whose run scores best on the images
 * that the first seed holds out.
 */
final class FineTuning {
    static final String NAME = "fine_tune";

    private final TransferConfig config;
    private final Target target;
    private final Backbone backbone;
    private final Path folder;
    private final Map<Start, Double> rates = new EnumMap<>(Start.class);

    FineTuning(TransferConfig config, Target target, Backbone backbone, Path folder) {
        this.config = config;
        this.target = target;
        this.backbone = backbone;
        this.folder = folder;
    }

    /** Returns how many networks are trained, over both starts. */
    int runs() {
        int rates = config.fineTune().learningRates().size();
        return Start.values().length * (config.seeds().size() + (rates > 1 ? rates : 0));
    }

    /** Returns the steps of one of them. */
    long steps() {
        double anyRate = config.fineTune().learningRates().get(0);
        return work(Start.RANDOM, config.seeds().get(0), anyRate, false).config().train().steps();
    }

    PointFile.Outcome run(Start start, long seed) throws InterruptedException {
        return run(start, seed, rate(start), false);
    }

    private double rate(Start start) throws InterruptedException {
        Double known = rates.get(start);
        if (known != null) {
            return known;
        }
        double best = config.fineTune().learningRates().get(0);
        if (config.fineTune().learningRates().size() > 1) {
            double highest = Double.NEGATIVE_INFINITY;
            for (double rate : config.fineTune().learningRates()) {
                double score =
                        run(start, config.seeds().get(0), rate, true)
                                .metrics()
                                .get(target.config().metric());
                if (score > highest) {
                    highest = score;
                    best = rate;
                }
            }
        }
        rates.put(start, best);
        return best;
    }

    private PointFile.Outcome run(Start start, long seed, double rate, boolean searching)
            throws InterruptedException {
        FineTuneRun run = work(start, seed, rate, searching);
        ObjectNode key =
                ConfigLoader.toTree(run.config())
                        .put("network", start == Start.PRETRAINED ? backbone.sha256() : "random")
                        .put("train_fingerprint", target.train().fingerprint())
                        .put("test_fingerprint", target.test().fingerprint())
                        .put("test_images", target.config().testImages().toString())
                        .put("held_out", config.heldOut());
        Path points = folder.resolve("points").resolve(target.config().name());
        return new PointFile(points.resolve(run.folder().getFileName() + ".json"))
                .orElse(
                        key,
                        () ->
                                new PointFile.Outcome(
                                        run.scores().metrics(), "learning_rate=" + rate));
    }

    private FineTuneRun work(Start start, long seed, double rate, boolean searching) {
        boolean pretrained = start == Start.PRETRAINED;
        // A run that has found its folder done does not look at what it started from.
        String network = pretrained ? "-" + backbone.sha256().substring(0, 8) : "";
        String name =
                "%s-%s%s-seed%s%s-rate%s"
                        .formatted(NAME, start, network, seed, searching ? "-search" : "", rate);
        return new FineTuneRun(
                target,
                config.fineTune(),
                pretrained ? backbone.source().toString() : null,
                seed,
                rate,
                searching,
                folder.resolve("runs").resolve(target.config().name()).resolve(name));
    }
}
