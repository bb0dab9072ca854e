package org.jft.eval.transfer.study;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jft.eval.scaling.PairedDifference;

/**
 * One method on one target, over all seeds.
 *
 * @param pretrained, random scores of the seeds, in the same order
 */
public record TransferResult(
        String target,
        String method,
        String metric,
        double[] pretrained,
        double[] random,
        PairedDifference difference) {
    /** Pairs points by their seeds, in the order of the points. */
    public static List<TransferResult> of(List<TransferPoint> points, double level, int resamples) {
        Map<List<String>, List<TransferPoint>> groups = new LinkedHashMap<>();
        for (TransferPoint point : points) {
            groups.computeIfAbsent(List.of(point.target(), point.method()), k -> new ArrayList<>())
                    .add(point);
        }
        return groups.values().stream().map(group -> pair(group, level, resamples)).toList();
    }

    private static TransferResult pair(List<TransferPoint> group, double level, int resamples) {
        TransferPoint any = group.get(0);
        double[] pretrained = scores(group, Start.PRETRAINED);
        double[] random = scores(group, Start.RANDOM);
        return new TransferResult(
                any.target(),
                any.method(),
                any.metric(),
                pretrained,
                random,
                PairedDifference.of(pretrained, random, level, resamples));
    }

    private static double[] scores(List<TransferPoint> group, Start start) {
        Map<Long, Double> bySeed = new TreeMap<>();
        for (TransferPoint point : group) {
            if (point.start() == start) {
                Double other = bySeed.put(point.seed(), point.value());
                checkArgument(other == null, "two scores of %s with seed %s", start, point.seed());
            }
        }
        return bySeed.values().stream().mapToDouble(v -> v).toArray();
    }
}
