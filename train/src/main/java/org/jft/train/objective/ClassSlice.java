package org.jft.train.objective;

import static com.google.common.base.Preconditions.checkArgument;

import org.jft.core.topology.Topology;

/**
 * The classes {@code first} to {@code first + count - 1}: what one rank has when they are dealt out
 * in order.
 */
public record ClassSlice(int first, int count) {
    public ClassSlice {
        checkArgument(first >= 0 && count > 0, "no slice: first=%s count=%s", first, count);
    }

    /** Returns the slice of a rank; those of all ranks differ by at most one class. */
    public static ClassSlice of(int classes, Topology at) {
        checkArgument(
                classes >= at.worldSize(),
                "%s classes cannot be dealt out to %s ranks",
                classes,
                at.worldSize());
        int first = first(classes, at.rank(), at.worldSize());
        return new ClassSlice(first, first(classes, at.rank() + 1, at.worldSize()) - first);
    }

    private static int first(int classes, int rank, int worldSize) {
        return (int) ((long) classes * rank / worldSize);
    }

    /** Returns whether a class is one of them. */
    boolean contains(int id) {
        return first <= id && id - first < count;
    }
}
