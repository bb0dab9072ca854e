package org.jft.cluster.collective;

import org.jft.core.topology.Topology;

/**
 * An operation in which segments of a vector go around the ring: in each step a rank sends one and
 * receives the one before it, which the next step sends. So message m depends on message m - M
 * coming in, with M messages a segment, and on nothing else.
 */
abstract class SegmentRelay implements Operation {
    final SegmentMessages messages;
    final Vectors vectors;
    private final int length;
    private final int worldSize;
    private final int firstSent;
    private final int steps;

    /**
     * Describes.
     *
     * @param length floats of the whole vector
     * @param firstSent the segment that step 0 sends, mod the number of ranks
     * @param steps segments that each rank sends
     * @param chunk floats in a full message
     */
    SegmentRelay(int length, int firstSent, int steps, int chunk, Topology at, Vectors vectors) {
        this.length = length;
        this.worldSize = at.worldSize();
        this.firstSent = firstSent;
        this.steps = steps;
        this.vectors = vectors;
        messages = new SegmentMessages(new Segments(length, worldSize), chunk);
    }

    @Override
    public final int length() {
        return length;
    }

    @Override
    public final int receiveCount() {
        return steps * messages.perSegment();
    }

    @Override
    public final int sendCount() {
        return steps * messages.perSegment();
    }

    @Override
    public final int sendable(int received) {
        return Math.min(sendCount(), messages.perSegment() + received);
    }

    @Override
    public final boolean predecessorOpens() {
        return true;
    }

    @Override
    public final int outgoingBytes(int message) {
        return vectors.floatBytes() * messages.count(outgoingSegment(message), message);
    }

    @Override
    public final int incomingBytes(int message) {
        return vectors.floatBytes() * messages.count(incomingSegment(message), message);
    }

    final int outgoingSegment(int message) {
        return Math.floorMod(firstSent - messages.step(message), worldSize);
    }

    final int incomingSegment(int message) {
        return Math.floorMod(firstSent - messages.step(message) - 1, worldSize);
    }
}
