package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.time.Duration;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.Transport;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

/**
 * What the ranks of one job do together. All ranks call the same operations with the same lengths
 * in the same order; that is checked, and a rank that strays ends the job by name.
 *
 * <p>Every wait has a deadline. A peer that is gone or silent ends an operation with {@link
 * PeerLostException}; what was to be written is then partly done and the collective can only be
 * closed.
 *
 * <p>Not thread-safe: one owner thread. Buffers are direct and in native byte order; an operation
 * works on position to limit and leaves both as they are.
 */
public interface Collective extends AutoCloseable {
    /** Returns where this worker stands. */
    Topology topology();

    /**
     * Sums a vector over all ranks. The order of the additions is fixed, so all ranks end with the
     * same bits, and so does every repetition with the same world size. Whatever becomes of the
     * operation, the source stays as it is, to be summed again by others.
     *
     * @param source this rank's
     * @param sum as long; the same memory to sum in place, else disjoint
     */
    void allReduce(FloatBuffer source, FloatBuffer sum);

    /** Sums a vector over all ranks, in place. */
    default void allReduce(FloatBuffer vector) {
        allReduce(vector, vector);
    }

    /**
     * Sums a vector over all ranks and leaves each its own part of the sum: rank r gets segment r
     * of {@link Segments}. The order of the additions is fixed. With a wire of bf16 each hop rounds
     * what has been added so far; the last addition is the owner's and is not rounded.
     *
     * @param source from position to limit; stays as it is
     * @param own receives the segment: from position to limit as long as that; may be that part of
     *     {@code source}, which is then overwritten
     */
    void reduceScatter(FloatBuffer source, FloatBuffer own);

    /**
     * Collects a vector of which each rank has a part: rank r has segment r of {@link Segments}.
     * Exact, whatever the wire: all ranks end with the same bits.
     *
     * @param own this rank's segment, from position to limit; may be that part of {@code all}
     * @param all receives the segments of all ranks, from position to limit
     */
    void allGather(FloatBuffer own, FloatBuffer all);

    /** Overwrites the vector of every rank with that of one. Does not wait for the other ranks. */
    void broadcast(FloatBuffer vector, int root);

    /** Returns the value that each rank gave, by rank. Returns when all ranks have called. */
    long[] allGather(long value);

    /** Returns when all ranks have called. */
    void barrier();

    /** Returns the bytes this rank has sent to others so far, with the headers of frames. */
    default long sentBytes() {
        return 0;
    }

    /**
     * Sets the longest wait without any progress for the operations that follow; nothing where
     * there is nobody to wait for.
     */
    default void setTimeout(Duration timeout) {}

    /**
     * Idempotent; throws nothing checked. What peers still wait for from this rank reaches them.
     */
    @Override
    void close();

    /** Returns the collective of a job with one rank: nothing to wait for. */
    static Collective solo() {
        return solo(Generation.ONLY);
    }

    /** Returns the collective of the only member of a generation: asks whether that lasts. */
    static Collective solo(Generation generation) {
        return new SoloCollective(generation);
    }

    /**
     * Joins the members of a generation, whose operations throw {@link GenerationEndedException}
     * when that has ended.
     *
     * @param transport owned by the collective from here on: closed with it
     * @param plan how they sum, equal on all ranks
     * @param wire what vectors travel as while they are summed, equal on all ranks; what is only
     *     moved, in broadcasts and gatherings, is exact
     * @param timeout longest wait without any progress
     */
    static Collective over(
            Transport transport,
            Topology at,
            Plan plan,
            JobToken job,
            Generation generation,
            Wire wire,
            Duration timeout) {
        checkArgument(
                at.worldSize() == plan.order().size(),
                "the plan is for %s ranks, not %s",
                plan.order().size(),
                at.worldSize());
        return new PlannedCollective(transport, at, plan, job, generation, wire, timeout);
    }

    /** Joins the ranks of a job whose members stay. */
    static Collective over(
            Transport transport,
            Topology at,
            Plan plan,
            JobToken job,
            Wire wire,
            Duration timeout) {
        return over(transport, at, plan, job, Generation.ONLY, wire, timeout);
    }

    /** Joins the ranks in a ring, each sending to its successor. */
    static Collective ring(
            Transport transport, Topology at, JobToken job, Wire wire, Duration timeout) {
        return over(transport, at, Plan.ring(at.worldSize()), job, wire, timeout);
    }

    /** Joins the ranks in a ring that sums float32. */
    static Collective ring(Transport transport, Topology at, JobToken job, Duration timeout) {
        return ring(transport, at, job, Wire.FLOAT32, timeout);
    }
}
