package org.jft.cluster.collective;

import java.util.List;
import java.util.stream.IntStream;
import org.jft.core.config.ClusterConfig.Algorithm;

/** Plans to test. */
final class Plans {
    private Plans() {}

    /** Two workers a host, dealt out host by host, so that neighbours are on different hosts. */
    static Plan twoAHost(int worldSize) {
        int hosts = worldSize / 2;
        return Plan.of(
                Algorithm.HIERARCHICAL,
                IntStream.range(0, worldSize).mapToObj(rank -> "h" + rank % hosts).toList());
    }

    /** A row of two on one host, a row of some hosts, and pairs among the rest. */
    static Plan threeLevels(int worldSize, int pairs) {
        return new Plan(
                IntStream.range(0, worldSize).boxed().toList(),
                List.of(
                        new Plan.Level(2, false, true),
                        new Plan.Level(worldSize / 2 / pairs, false, false),
                        new Plan.Level(pairs, true, false)));
    }
}
