package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameKind;
import org.jft.core.topology.Topology;

/**
 * Sums a vector over the ring and leaves each rank its own segment of the sum: the first half of
 * {@link AllReduce}, one segment later, so that rank r ends with segment r. In step t (0 to N-2)
 * rank r sends segment r - t - 1 and receives segment r - t - 2 (mod N):
 *
 * <pre>
 *  N = 3         step 0      step 1      then has
 *  rank 0 sends  c0          b2+b0       a1+a2+a0
 *  rank 1 sends  a1          c0+c1       b2+b0+b1
 *  rank 2 sends  b2          a1+a2       c0+c1+c2
 * </pre>
 *
 * The source stays as it is. A partial sum waits to be sent on in a scratch of one segment, in the
 * place of the part it is of; so a part of the next step may only come in once that has gone. The
 * first parts of all ranks go unconditionally, and who is behind is never held up by its own
 * scratch, so the ring cannot lock up. Each rank sends about (N-1)/N of the vector.
 */
final class ReduceScatter implements Operation {
    private final FloatBuffer source;
    private final FloatBuffer own;
    private final FloatBuffer scratch;
    private final SegmentMessages messages;
    private final int rank;
    private final int lastStep;
    private final Vectors vectors;

    /**
     * Prepares a sum.
     *
     * @param source from position to limit
     * @param own as long as this rank's segment
     * @param scratch from 0 on, at least {@link Segments#longest()} long; unused with two ranks
     * @param chunk floats in a full message
     */
    ReduceScatter(
            FloatBuffer source,
            FloatBuffer own,
            FloatBuffer scratch,
            int chunk,
            Topology at,
            Vectors vectors) {
        this.source = source;
        this.own = own;
        this.scratch = scratch;
        this.rank = at.rank();
        this.vectors = vectors;
        messages = new SegmentMessages(new Segments(source.remaining(), at.worldSize()), chunk);
        lastStep = at.worldSize() - 2;
    }

    @Override
    public FrameKind kind() {
        return FrameKind.REDUCE_SCATTER;
    }

    @Override
    public int length() {
        return source.remaining();
    }

    @Override
    public int receiveCount() {
        return (lastStep + 1) * messages.perSegment();
    }

    @Override
    public int sendCount() {
        return (lastStep + 1) * messages.perSegment();
    }

    @Override
    public int sendable(int received) {
        return Math.min(sendCount(), messages.perSegment() + received);
    }

    @Override
    public int receivable(int sent) {
        // What comes last goes into the result, not into the scratch.
        return sent >= lastStep * messages.perSegment()
                ? receiveCount()
                : Math.max(messages.perSegment(), sent);
    }

    @Override
    public boolean predecessorOpens() {
        return true;
    }

    @Override
    public int outgoingBytes(int message) {
        return vectors.floatBytes() * messages.count(outgoingSegment(message), message);
    }

    @Override
    public int incomingBytes(int message) {
        return vectors.floatBytes() * messages.count(incomingSegment(message), message);
    }

    @Override
    public void write(int message, MutableDirectBuffer buffer, int offset) {
        int segment = outgoingSegment(message);
        int count = messages.count(segment, message);
        if (messages.step(message) == 0) {
            int first = source.position() + messages.first(segment, message);
            vectors.write(source, first, count, buffer, offset);
        } else {
            vectors.write(scratch, messages.within(message), count, buffer, offset);
        }
    }

    @Override
    public void read(int message, DirectBuffer buffer, int offset) {
        int segment = incomingSegment(message);
        int count = messages.count(segment, message);
        int from = source.position() + messages.first(segment, message);
        boolean last = messages.step(message) == lastStep;
        FloatBuffer sum = last ? own : scratch;
        int to = (last ? own.position() : 0) + messages.within(message);
        vectors.add(buffer, offset, source, from, sum, to, count);
    }

    private int outgoingSegment(int message) {
        return Math.floorMod(rank - messages.step(message) - 1, lastStep + 2);
    }

    private int incomingSegment(int message) {
        return Math.floorMod(rank - messages.step(message) - 2, lastStep + 2);
    }
}
