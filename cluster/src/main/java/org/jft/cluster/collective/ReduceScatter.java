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
final class ReduceScatter extends SegmentRelay {
    private final FloatBuffer source;
    private final FloatBuffer own;
    private final FloatBuffer scratch;
    private final int lastStep;

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
        super(source.remaining(), at.rank() - 1, at.worldSize() - 1, chunk, at, vectors);
        this.source = source;
        this.own = own;
        this.scratch = scratch;
        lastStep = at.worldSize() - 2;
    }

    @Override
    public FrameKind kind() {
        return FrameKind.REDUCE_SCATTER;
    }

    @Override
    public int receivable(int sent) {
        // What comes last goes into the result, not into the scratch.
        return sent >= lastStep * messages.perSegment()
                ? receiveCount()
                : Math.max(messages.perSegment(), sent);
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
}
