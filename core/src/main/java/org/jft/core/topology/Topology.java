package org.jft.core.topology;

import static com.google.common.base.Preconditions.checkArgument;

/** Where this worker stands: {@code rank} of {@code worldSize}. Immutable. */
public record Topology(int rank, int worldSize) {
    /** The only worker there is. */
    public static final Topology SOLO = new Topology(0, 1);

    public Topology {
        checkArgument(worldSize > 0, "worldSize must be positive: worldSize=%s", worldSize);
        checkArgument(
                0 <= rank && rank < worldSize,
                "rank out of range: rank=%s, worldSize=%s",
                rank,
                worldSize);
    }

    /** Returns the next rank on the ring. */
    public int successor() {
        return (rank + 1) % worldSize;
    }

    /** Returns the previous rank on the ring. */
    public int predecessor() {
        return (rank + worldSize - 1) % worldSize;
    }

    /** Returns whether this worker writes what is written once: metrics, checkpoints, progress. */
    public boolean leads() {
        return rank == 0;
    }
}
