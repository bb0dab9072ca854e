package org.jft.data.dedup;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.List;

/**
 * What to compare, and how near is near.
 *
 * @param train place of the training set, a folder or {@code s3://bucket/prefix}
 * @param against places of evaluation sets
 * @param radius largest Hamming distance of the hashes of a pair
 * @param checkpoint of a network whose features are compared too, or the folder of its run; null:
 *     hashes only
 * @param minCosine smallest cosine of the features of a pair
 * @param out folder of what is found
 * @param hashes folder where hashes are kept for later runs
 */
public record DedupRequest(
        String train,
        List<String> against,
        int radius,
        Path checkpoint,
        double minCosine,
        Path out,
        Path hashes) {
    /** Largest radius. */
    public static final int MAX_RADIUS = HammingIndex.MAX_RADIUS;

    public DedupRequest {
        against = List.copyOf(against);
        checkArgument(!against.isEmpty(), "no evaluation set");
        checkArgument(0 <= radius && radius <= MAX_RADIUS, "radius=%s", radius);
        checkArgument(0 < minCosine && minCosine <= 1, "minCosine=%s", minCosine);
    }
}
