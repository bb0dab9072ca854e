package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.cluster.protocol.FrameKind;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.CountingTransport;
import org.jft.cluster.transport.Transport;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

/**
 * The collectives over the streams of a transport. Sums go as a plan says, and so does what gathers
 * a number of each rank, of which every step has one; all else goes around a ring of all ranks.
 */
final class PlannedCollective implements Collective {
    private final CountingTransport transport;
    private final Topology topology;
    private final Plan plan;
    private final MessageEngine engine;
    private final Wire wire;
    private final Ring ring;
    private final Summation sums;
    private final int place; // of this rank in the plan's order

    PlannedCollective(
            Transport carrier,
            Topology at,
            Plan plan,
            JobToken job,
            Generation generation,
            Wire wire,
            Duration timeout) {
        transport = new CountingTransport(carrier);
        this.topology = at;
        this.plan = plan;
        this.wire = wire;
        place = plan.order().indexOf(at.rank());
        engine = new MessageEngine(transport, at, job, generation, timeout);
        List<Integer> all = IntStream.range(0, at.worldSize()).boxed().toList();
        ring = new Ring(engine, all, at.rank(), wire);
        sums = plan.isOneRing() ? ring : level(0, 1);
        ring.limitFrames(engine.shortestFrame());
    }

    /**
     * Joins what is left of the plan.
     *
     * @param stride places between neighbours on this level
     */
    private Summation level(int index, int stride) {
        Plan.Level level = plan.levels().get(index);
        int self = place / stride % level.size();
        int first = place - self * stride;
        List<Integer> ranks =
                IntStream.range(0, level.size())
                        .mapToObj(i -> plan.order().get(first + i * stride))
                        .toList();
        if (level.pairwise()) {
            return new HalvingDoubling(engine, ranks, self, wire);
        }
        Ring row = new Ring(engine, ranks, self, level.sameHost() ? Wire.FLOAT32 : wire);
        return index == plan.levels().size() - 1
                ? row
                : new Hierarchical(
                        row, self, level.size(), level(index + 1, stride * level.size()));
    }

    @Override
    public Topology topology() {
        return topology;
    }

    @Override
    public void allReduce(FloatBuffer source, FloatBuffer sum) {
        Vectors.check(source, sum);
        engine.begin();
        sums.allReduce(source, sum);
    }

    @Override
    public void reduceScatter(FloatBuffer source, FloatBuffer own) {
        Vectors.checkSegment(own, source, topology);
        Vectors.check(own);
        engine.begin();
        ring.reduceScatter(source, own);
    }

    @Override
    public void allGather(FloatBuffer own, FloatBuffer all) {
        Vectors.checkSegment(own, all, topology);
        Vectors.check(all);
        engine.begin();
        ring.allGather(own, all);
    }

    @Override
    public void broadcast(FloatBuffer vector, int root) {
        Vectors.check(vector);
        checkArgument(
                0 <= root && root < topology.worldSize(),
                "root out of range: root=%s, worldSize=%s",
                root,
                topology.worldSize());
        engine.begin();
        ring.broadcast(vector, root);
    }

    @Override
    public long[] allGather(long value) {
        return gather(FrameKind.ALL_GATHER, value);
    }

    @Override
    public void barrier() {
        gather(FrameKind.BARRIER, 0);
    }

    private long[] gather(FrameKind kind, long value) {
        engine.begin();
        long[] byPlace = sums.gather(kind, value);
        long[] byRank = new long[byPlace.length];
        for (int i = 0; i < byPlace.length; i++) {
            byRank[plan.order().get(i)] = byPlace[i];
        }
        return byRank;
    }

    @Override
    public void setTimeout(Duration timeout) {
        engine.setTimeout(timeout);
    }

    @Override
    public long sentBytes() {
        return transport.sentBytes();
    }

    @Override
    public void close() {
        transport.close();
    }
}
