package org.jft.eval.transfer.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jft.core.config.FewShotConfig;
import org.jft.core.config.LinearProbeConfig;
import org.jft.core.config.NeighbourConfig;
import org.jft.core.config.TransferConfig;
import org.jft.core.config.TransferConfig.Method;
import org.jft.eval.transfer.classification.ClassificationScorer;
import org.jft.eval.transfer.classification.ClassificationScores;
import org.jft.eval.transfer.probe.Examples;
import org.jft.eval.transfer.probe.LogisticProbe;
import org.jft.eval.transfer.probe.NeighbourProbe;
import org.jft.eval.transfer.probe.Probe;
import org.jft.eval.transfer.probe.ProbeEvaluation;
import org.jft.eval.transfer.probe.RidgeProbe;
import org.jft.eval.transfer.probe.Shots;

/**
 * A probe with the way it chooses its settings.
 *
 * @param name in tables and file names
 * @param settings all that decides the outcome but the images
 */
record ProbeMethod(String name, String settings, Rule rule) {
    /** Runs on the images of one seed. */
    interface Rule {
        PointFile.Outcome on(Images images);
    }

    /**
     * The features of one network on the images of one seed.
     *
     * @param learnt all that may be learnt from
     * @param fitted those of them that are learnt from while settings are chosen
     * @param heldOut the others of them
     * @param scorers makes a scorer over the target's classes
     * @param metric that decides
     */
    record Images(
            long seed,
            Examples learnt,
            Examples fitted,
            Examples heldOut,
            Examples test,
            Supplier<ClassificationScorer> scorers,
            String metric) {
        private PointFile.Outcome test(Probe probe, Examples on, String chosen) {
            ClassificationScores scores = ProbeEvaluation.score(probe.fit(on), test, scorers.get());
            return new PointFile.Outcome(scores.metrics(), chosen);
        }

        private double score(Probe probe, Examples on, Examples scored) {
            return ProbeEvaluation.score(probe.fit(on), scored, scorers.get())
                    .metrics()
                    .get(metric);
        }
    }

    /** Returns the probes that a config asks for. */
    static List<ProbeMethod> of(TransferConfig config, boolean exclusive) {
        List<ProbeMethod> all = new ArrayList<>();
        if (config.methods().contains(Method.FEW_SHOT)) {
            config.fewShot().shots().forEach(shots -> all.add(fewShot(config.fewShot(), shots)));
        }
        if (config.methods().contains(Method.LINEAR)) {
            all.add(linear(config.linear(), exclusive));
        }
        if (config.methods().contains(Method.KNN)) {
            config.knn().neighbours().forEach(count -> all.add(neighbours(config.knn(), count)));
        }
        return all;
    }

    private static ProbeMethod fewShot(FewShotConfig config, int count) {
        return new ProbeMethod(
                "few_shot_" + count,
                "l2 " + config.l2(),
                images -> {
                    Shots shots = Shots.draw(images.learnt, count, images.seed);
                    Examples few = images.learnt.only(shots.chosen());
                    Map<String, Probe> probes = new LinkedHashMap<>();
                    config.l2().forEach(l2 -> probes.put(text("l2=%s", l2), new RidgeProbe(l2)));
                    String chosen =
                            shots.rest().length == 0 // all are drawn: none to choose on
                                    ? probes.keySet().iterator().next()
                                    : best(probes, images, few, images.learnt.only(shots.rest()));
                    return images.test(probes.get(chosen), few, chosen);
                });
    }

    private static ProbeMethod linear(LinearProbeConfig config, boolean exclusive) {
        return new ProbeMethod(
                "linear",
                "l2 %s, %s iterations".formatted(config.l2(), config.iterations()),
                images -> {
                    Map<String, Probe> probes = new LinkedHashMap<>();
                    for (double l2 : config.l2()) {
                        probes.put(
                                text("l2=%s", l2),
                                new LogisticProbe(l2, config.iterations(), exclusive));
                    }
                    String chosen = best(probes, images, images.fitted, images.heldOut);
                    return images.test(probes.get(chosen), images.learnt, chosen);
                });
    }

    private static ProbeMethod neighbours(NeighbourConfig config, int count) {
        return new ProbeMethod(
                "knn_" + count,
                "temperature " + config.temperature(),
                images ->
                        images.test(
                                new NeighbourProbe(count, config.temperature()),
                                images.learnt,
                                ""));
    }

    /** Returns the name of the probe that scores best, the first of equals. */
    private static String best(
            Map<String, Probe> probes, Images images, Examples on, Examples scored) {
        String best = probes.keySet().iterator().next();
        if (probes.size() == 1) {
            return best;
        }
        double highest = Double.NEGATIVE_INFINITY;
        for (Map.Entry<String, Probe> each : probes.entrySet()) {
            double score = images.score(each.getValue(), on, scored);
            if (score > highest) {
                highest = score;
                best = each.getKey();
            }
        }
        return best;
    }

    private static String text(String pattern, Object value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
