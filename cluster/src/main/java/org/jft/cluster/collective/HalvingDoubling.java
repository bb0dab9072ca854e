package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameKind;
import org.jft.core.config.ClusterConfig.Wire;

/**
 * Recursive halving and doubling (Rabenseifner): with its partner at distance 1 a rank exchanges
 * halves of the vector and adds, at distance 2 quarters, and so on until it has its own part of the
 * sum; then the same way back, now taking what comes:
 *
 * <pre>
 *  N = 4          halving                          doubling
 *                 distance 1       distance 2      distance 2     distance 1
 *  rank 0 sends   c0 d0 to 1       b01 to 2        a to 2         a b to 1
 *  rank 1 sends   a1 b1 to 0       d01 to 3        c to 3         c d to 0
 *  rank 2 sends   c2 d2 to 3       a23 to 0        b to 0         a b to 3
 *  rank 3 sends   a3 b3 to 2       c23 to 1        d to 1         c d to 2
 * </pre>
 *
 * As many bytes as a ring, 2(N-1)/N of the vector, in 2 log2 N steps where a ring takes 2(N-1).
 * Each part is added up at one rank, always in the same order, and then copied: all ranks end with
 * the same bits.
 *
 * <p>Ranks beyond the largest power of two hand their vector to the one that many places before
 * them first, and get the sum from it last: twice the vector more, one after the other.
 */
final class HalvingDoubling implements Summation {
    private final MessageEngine engine;
    private final int self;
    private final int count;
    private final int paired; // the largest power of two in count
    private final List<Link> partners = new ArrayList<>(); // at distances 1, 2, 4 ...
    private final Link fold; // between a rank beyond the power of two and its proxy; else null
    private final Vectors vectors;
    private final int payloadBytes;

    /**
     * Pairs ranks up.
     *
     * @param ranks all that take part, at least two
     * @param self where this rank is among them
     * @param wire what sums travel as
     */
    HalvingDoubling(MessageEngine engine, List<Integer> ranks, int self, Wire wire) {
        this.engine = engine;
        this.self = self;
        this.vectors = Vectors.of(wire);
        count = ranks.size();
        paired = Integer.highestOneBit(count);
        for (int distance = 1; distance < paired && self < paired; distance *= 2) {
            partners.add(link(ranks.get(self ^ distance)));
        }
        int other = self < paired ? self + paired : self - paired;
        fold = other < count ? link(ranks.get(other)) : null;
        Link any = partners.isEmpty() ? fold : partners.get(0);
        payloadBytes = any.out().maxFrameLength() - FrameDescriptor.HEADER_LENGTH;
    }

    private Link link(int rank) {
        return engine.link(rank, rank);
    }

    @Override
    public void allReduce(FloatBuffer source, FloatBuffer sum) {
        int length = source.remaining();
        if (self >= paired) {
            run(exchange(length, source, null, null, false), fold);
            engine.skip(2 * steps());
            run(exchange(length, null, null, sum, false), fold);
            return;
        }
        boolean folded = fold != null;
        if (folded) {
            run(exchange(length, null, source, sum, true), fold);
        } else {
            engine.skip(foldSteps());
        }
        halveAndDouble(folded ? sum : source, sum);
        if (folded) {
            run(exchange(length, sum, null, null, false), fold);
        } else {
            engine.skip(foldSteps());
        }
    }

    private void halveAndDouble(FloatBuffer source, FloatBuffer sum) {
        int length = source.remaining();
        int[] starts = new int[steps()]; // of what was halved in each step
        int[] ends = new int[steps()];
        int start = 0;
        int end = length;
        for (int step = 0; step < steps(); step++) {
            starts[step] = start;
            ends[step] = end;
            int middle = (start + end) >>> 1;
            boolean lower = (self & 1 << step) == 0;
            FloatBuffer from = step == 0 ? source : sum;
            FloatBuffer given = lower ? part(from, middle, end) : part(from, start, middle);
            start = lower ? start : middle;
            end = lower ? middle : end;
            FloatBuffer kept = part(sum, start, end);
            boolean peerOpens = step == 0 && (self ^ 1) + paired >= count;
            run(
                    exchange(length, given, part(from, start, end), kept, peerOpens),
                    partners.get(step));
        }
        vectors.round(sum, sum.position() + start, end - start);
        for (int step = steps() - 1; step >= 0; step--) {
            FloatBuffer had = part(sum, start, end);
            boolean lower = (self & 1 << step) == 0;
            FloatBuffer missing =
                    lower ? part(sum, end, ends[step]) : part(sum, starts[step], start);
            run(exchange(length, had, null, missing, false), partners.get(step));
            start = starts[step];
            end = ends[step];
        }
    }

    @Override
    public long[] gather(FrameKind kind, long value) {
        long[] values = new long[count];
        values[self] = value;
        if (self >= paired) {
            run(exchange(kind, values, true, false, false), fold);
            engine.skip(steps());
            run(exchange(kind, values, false, true, false), fold);
            return values;
        }
        if (fold != null) {
            run(exchange(kind, values, false, true, true), fold);
        } else {
            engine.skip(foldSteps());
        }
        for (int step = 0; step < steps(); step++) {
            boolean peerOpens = step == 0 && (self ^ 1) + paired >= count;
            run(exchange(kind, values, true, true, peerOpens), partners.get(step));
        }
        if (fold != null) {
            run(exchange(kind, values, true, false, false), fold);
        } else {
            engine.skip(foldSteps());
        }
        return values;
    }

    private void run(Operation operation, Link link) {
        engine.run(operation, link);
    }

    private Exchange exchange(
            int length,
            FloatBuffer outgoing,
            FloatBuffer addend,
            FloatBuffer incoming,
            boolean peerOpens) {
        int chunk = payloadBytes / vectors.floatBytes();
        return new Exchange(length, outgoing, addend, incoming, peerOpens, chunk, vectors);
    }

    private ValueExchange exchange(
            FrameKind kind, long[] values, boolean sends, boolean receives, boolean peerOpens) {
        int chunk = payloadBytes / Long.BYTES;
        return new ValueExchange(kind, values, sends, receives, peerOpens, chunk);
    }

    private int steps() {
        return Integer.numberOfTrailingZeros(paired);
    }

    private int foldSteps() {
        return paired == count ? 0 : 1;
    }

    /** Returns some of a vector, by places that count from its position. */
    private static FloatBuffer part(FloatBuffer vector, int start, int end) {
        return vector.slice(vector.position() + start, end - start);
    }
}
