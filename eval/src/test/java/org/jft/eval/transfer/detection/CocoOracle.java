package org.jft.eval.transfer.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * COCO's AP and AR straight from their definition: every number is counted anew, slowly, and shares
 * no code with the scorers.
 */
public final class CocoOracle {
    private static final double[] THRESHOLDS = {
        0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95
    };

    /**
     * @param similarity [D, G] in the order of the lists
     */
    public record Scene(
            long image,
            List<? extends CocoDetection> detections,
            List<? extends CocoTruth> truth,
            double[][] similarity) {}

    private enum Verdict {
        HIT,
        MISS,
        NOTHING
    }

    private record Judged(float score, long image, int place, Verdict verdict) {}

    private final int classes;
    private final List<Scene> scenes;

    public CocoOracle(int classes, List<Scene> scenes) {
        this.classes = classes;
        this.scenes = scenes;
    }

    /** Returns AP over all thresholds, or at the one given. */
    public double ap(double least, double most, int deepest, double... threshold) {
        return mean(least, most, deepest, true, threshold);
    }

    /** Returns AR over all thresholds, or at the one given. */
    public double ar(double least, double most, int deepest, double... threshold) {
        return mean(least, most, deepest, false, threshold);
    }

    private double mean(
            double least, double most, int deepest, boolean precision, double... threshold) {
        List<Double> numbers = new ArrayList<>();
        for (double t : threshold.length == 0 ? THRESHOLDS : threshold) {
            for (int k = 0; k < classes; k++) {
                int objects = countedObjects(k, least, most);
                if (objects > 0) {
                    List<Judged> ranking = ranking(k, t, least, most, deepest);
                    numbers.add(precision ? ap(ranking, objects) : recall(ranking, objects));
                }
            }
        }
        return numbers.stream().mapToDouble(x -> x).average().orElse(Double.NaN);
    }

    private int countedObjects(int k, double least, double most) {
        int count = 0;
        for (Scene scene : scenes) {
            for (CocoTruth object : scene.truth()) {
                count += object.classId() == k && counts(object, least, most) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean counts(CocoTruth object, double least, double most) {
        return !object.ignored() && object.area() >= least && object.area() <= most;
    }

    private List<Judged> ranking(int k, double t, double least, double most, int deepest) {
        List<Judged> all = new ArrayList<>();
        for (Scene scene : scenes) {
            List<Integer> mine =
                    IntStream.range(0, scene.detections().size())
                            .filter(d -> scene.detections().get(d).classId() == k)
                            .boxed()
                            .sorted(
                                    Comparator.<Integer>comparingDouble(
                                            d -> -scene.detections().get(d).score()))
                            .toList();
            boolean[] used = new boolean[scene.truth().size()];
            for (int place = 0; place < Math.min(deepest, mine.size()); place++) {
                int d = mine.get(place);
                Verdict verdict = verdict(scene, d, used, t, least, most);
                float score = scene.detections().get(d).score();
                all.add(new Judged(score, scene.image(), place, verdict));
            }
        }
        all.sort(
                Comparator.<Judged>comparingDouble(j -> -j.score())
                        .thenComparing(Judged::image)
                        .thenComparing(Judged::place));
        return all;
    }

    private static Verdict verdict(
            Scene scene, int d, boolean[] used, double t, double least, double most) {
        CocoDetection detection = scene.detections().get(d);
        int chosen = -1;
        for (int g = 0; g < used.length; g++) {
            CocoTruth object = scene.truth().get(g);
            double similarity = scene.similarity()[d][g];
            if (object.classId() != detection.classId()
                    || similarity < t
                    || used[g] && !object.crowd()) {
                continue;
            }
            boolean better = chosen < 0;
            if (chosen >= 0) {
                boolean before = counts(scene.truth().get(chosen), least, most);
                boolean now = counts(object, least, most);
                better = before == now ? similarity >= scene.similarity()[d][chosen] : now;
            }
            chosen = better ? g : chosen;
        }
        if (chosen >= 0) {
            used[chosen] = true;
            return counts(scene.truth().get(chosen), least, most) ? Verdict.HIT : Verdict.NOTHING;
        }
        boolean outside = detection.area() < least || detection.area() > most;
        return outside ? Verdict.NOTHING : Verdict.MISS;
    }

    private static double ap(List<Judged> ranking, int objects) {
        double sum = 0;
        for (int percent = 0; percent <= 100; percent++) {
            double best = 0;
            double hits = 0;
            double misses = 0;
            for (Judged judged : ranking) {
                hits += judged.verdict() == Verdict.HIT ? 1 : 0;
                misses += judged.verdict() == Verdict.MISS ? 1 : 0;
                if (hits > 0 && hits / objects >= percent * 0.01) {
                    best = Math.max(best, hits / (hits + misses));
                }
            }
            sum += best;
        }
        return sum / 101;
    }

    private static double recall(List<Judged> ranking, int objects) {
        return (double) ranking.stream().filter(j -> j.verdict() == Verdict.HIT).count() / objects;
    }
}
