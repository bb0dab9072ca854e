package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A learning curve: runs at several sizes, one or more seeds at each.
 *
 * @param points at least one, one per size and seed; kept in order of size, then seed
 */
public record Curve(Response response, List<CurvePoint> points) {
    public Curve {
        checkArgument(!points.isEmpty(), "a curve needs at least one point");
        points =
                points.stream()
                        .sorted(
                                Comparator.comparingDouble(CurvePoint::examples)
                                        .thenComparingLong(CurvePoint::seed))
                        .toList();
        Set<List<Object>> seen = new HashSet<>();
        for (CurvePoint point : points) {
            checkArgument(
                    response.admits(point.value()),
                    "%s cannot lie on a curve of kind %s",
                    point,
                    response);
            checkArgument(
                    seen.add(List.of(point.examples(), point.seed())),
                    "two points of one size and seed: %s",
                    point);
        }
    }

    /** Returns the runs of each size, ascending by size. */
    List<List<CurvePoint>> bySize() {
        List<List<CurvePoint>> sizes = new ArrayList<>();
        double last = 0;
        for (CurvePoint point : points) {
            if (point.examples() != last) {
                sizes.add(new ArrayList<>());
                last = point.examples();
            }
            sizes.get(sizes.size() - 1).add(point);
        }
        return sizes;
    }

    /** Returns the number of distinct sizes. */
    public int sizes() {
        return bySize().size();
    }

    /** Returns the smallest size. */
    public double smallest() {
        return points.get(0).examples();
    }

    /** Returns the largest size. */
    public double largest() {
        return points.get(points.size() - 1).examples();
    }
}
