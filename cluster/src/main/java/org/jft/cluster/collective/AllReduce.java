package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.FrameKind;
import org.jft.core.topology.Topology;

/**
 * Sum over the ring. The vector is cut into N segments, each into M messages, see {@link
 * SegmentMessages}. In step t (0 to 2N-3) rank r sends segment r - t and receives segment r - t - 1
 * (mod N):
 *
 * <pre>
 *  N = 3         step 0      step 1    |  step 2      step 3
 *                 reduce-scatter       |    all-gather
 *  rank 0 sends  a0          c2+c0     |  b1+b2+b0    a0+a1+a2
 *  rank 1 sends  b1          a0+a1     |  c2+c0+c1    b1+b2+b0
 *  rank 2 sends  c2          b1+b2     |  a0+a1+a2    c2+c0+c1
 * </pre>
 *
 * In the first N - 1 steps what arrives is added to the own segment, afterwards it is the sum. Step
 * 0 sends from the source and sums are written elsewhere, so the source stays as it is. Step t + 1
 * sends what step t received, so message m depends on message m - M coming in and on nothing else:
 * pieces of all steps overlap. Each segment is summed once, in ring order, then copied: all ranks
 * end with the same bits, because the rank that has a segment's sum first rounds its own copy to
 * what the others will get. Each rank sends about 2(N-1)/N of the vector.
 */
final class AllReduce extends SegmentRelay {
    private final FloatBuffer source;
    private final FloatBuffer sum;
    private final int worldSize;

    /**
     * Prepares a sum.
     *
     * @param source from position to limit
     * @param sum as long; may be the source
     * @param chunk floats in a full message
     */
    AllReduce(FloatBuffer source, FloatBuffer sum, int chunk, Topology at, Vectors vectors) {
        super(source.remaining(), at.rank(), 2 * (at.worldSize() - 1), chunk, at, vectors);
        this.source = source;
        this.sum = sum;
        this.worldSize = at.worldSize();
    }

    @Override
    public FrameKind kind() {
        return FrameKind.ALL_REDUCE;
    }

    @Override
    public void write(int message, MutableDirectBuffer buffer, int offset) {
        int segment = outgoingSegment(message);
        FloatBuffer from = messages.step(message) == 0 ? source : sum;
        int first = from.position() + messages.first(segment, message);
        vectors.write(from, first, messages.count(segment, message), buffer, offset);
    }

    @Override
    public void read(int message, DirectBuffer buffer, int offset) {
        int segment = incomingSegment(message);
        int step = messages.step(message);
        int first = messages.first(segment, message);
        int count = messages.count(segment, message);
        int to = sum.position() + first;
        if (step < worldSize - 1) {
            vectors.add(buffer, offset, source, source.position() + first, sum, to, count);
            if (step == worldSize - 2) {
                vectors.round(sum, to, count);
            }
        } else {
            vectors.copy(buffer, offset, sum, to, count);
        }
    }
}
