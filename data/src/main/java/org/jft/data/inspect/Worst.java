package org.jft.data.inspect;

import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jft.data.taxonomy.Proportion;

/**
 * Orders classes by a share, those first that are surely low: by the upper limit of its interval.
 */
public final class Worst {
    private Worst() {}

    /** Returns up to {@code most} class ids that have a share at all. */
    public static List<Integer> of(int classes, IntFunction<Proportion> shareOf, int most) {
        return IntStream.range(0, classes)
                .boxed()
                .filter(id -> shareOf.apply(id).trials() > 0)
                .sorted(Comparator.comparingDouble(id -> shareOf.apply(id).high()))
                .limit(most)
                .toList();
    }
}
