package org.jft.eval.transfer.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.config.TransferConfig;
import org.jft.core.config.TransferTarget;
import org.jft.core.transfer.Backbone;
import org.jft.eval.transfer.dataset.Target;

/** Every method on every target, with every seed and both starts. */
public final class TransferStudy {
    private final TransferConfig config;
    private final Path folder;
    private final Listener listener;
    private final Backbone backbone;

    /** Hears of each point. */
    @FunctionalInterface
    public interface Listener {
        /** A point is done, now or earlier. */
        void done(TransferPoint point);
    }

    /**
     * Opens the pre-trained network.
     *
     * @param folder of the study: features, points, runs
     */
    public TransferStudy(TransferConfig config, Path folder, Listener listener) {
        this.config = config;
        this.folder = folder;
        this.listener = listener;
        this.backbone = Backbone.open(Path.of(config.pretrained()));
    }

    /** Returns the pre-trained network. */
    public Backbone backbone() {
        return backbone;
    }

    /** Returns what there is to do, done or not. */
    public List<TargetPlan> plan() {
        List<TargetPlan> plans = new ArrayList<>();
        for (TransferTarget each : config.targets()) {
            try (Target target = open(each)) {
                plans.add(new TargetStudy(config, target, backbone, folder).plan());
            }
        }
        return plans;
    }

    /** Does what is not there yet; returns all points. */
    public List<TransferPoint> run() throws InterruptedException {
        List<TransferPoint> points = new ArrayList<>();
        for (TransferTarget each : config.targets()) {
            try (Target target = open(each)) {
                TargetStudy study = new TargetStudy(config, target, backbone, folder);
                points.addAll(study.run(listener));
            }
        }
        return points;
    }

    private Target open(TransferTarget target) {
        return Target.open(target, backbone.config(), config.heldOut());
    }
}
