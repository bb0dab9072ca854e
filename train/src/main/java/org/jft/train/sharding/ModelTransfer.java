package org.jft.train.sharding;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.topology.Topology;
import org.jft.train.objective.ClassSlice;

/**
 * Moves vectors of parameters between rank 0, which has room for the whole, and the ranks that have
 * the trunk each and a slice of the classes each. All ranks call. Beyond their own vectors the
 * others need 4 MB.
 */
public final class ModelTransfer {
    private static final int CHUNK = 1 << 20; // floats

    private final Topology at;
    private final int length; // of the whole
    private final ModelPart trunk;
    private final List<ModelPart> slices; // by rank
    private final FloatBuffer passing; // what is on its way between others

    /**
     * Plans.
     *
     * @param head name of the layer whose classes are dealt out
     */
    public ModelTransfer(
            Topology at, ParameterLayout whole, ParameterLayout trunk, String head, int classes) {
        this.at = at;
        length = whole.length();
        this.trunk = ModelPart.of(whole, trunk);
        slices =
                IntStream.range(0, at.worldSize())
                        .mapToObj(
                                rank -> ClassSlice.of(classes, new Topology(rank, at.worldSize())))
                        .map(slice -> ModelPart.of(whole, head, classes, slice))
                        .toList();
        passing = Floats.allocate(at.worldSize() > 2 ? CHUNK : 0);
    }

    /**
     * Puts the parts together at rank 0.
     *
     * @param ranks of the topology planned for
     * @param whole [vectors, parameters] at rank 0; not read elsewhere
     * @param vectors how many follow one another in each buffer
     * @param trunkPart [vectors, trunk]
     * @param slicePart [vectors, slice]
     */
    public void gather(
            Collective ranks,
            FloatBuffer whole,
            int vectors,
            FloatBuffer trunkPart,
            FloatBuffer slicePart) {
        for (int v = 0; v < vectors; v++) {
            if (at.leads()) {
                trunk.give(vector(trunkPart, v, trunk.length()), vector(whole, v, length));
                slices.get(0).give(ownSlice(slicePart, v), vector(whole, v, length));
            }
            for (int rank = 1; rank < at.worldSize(); rank++) {
                carry(ranks, rank, rank, whole, v, slicePart);
            }
        }
    }

    /** Gives every rank its parts of what rank 0 has whole; arguments as above. */
    public void spread(
            Collective ranks,
            FloatBuffer whole,
            int vectors,
            FloatBuffer trunkPart,
            FloatBuffer slicePart) {
        for (int v = 0; v < vectors; v++) {
            if (at.leads()) {
                trunk.take(vector(whole, v, length), vector(trunkPart, v, trunk.length()));
                slices.get(0).take(vector(whole, v, length), ownSlice(slicePart, v));
            }
            for (int rank = 1; rank < at.worldSize(); rank++) {
                carry(ranks, rank, 0, whole, v, slicePart);
            }
        }
        ranks.broadcast(trunkPart, 0);
    }

    /** Moves the slice of a rank from one of its two places to the other. */
    private void carry(
            Collective ranks,
            int owner,
            int from,
            FloatBuffer whole,
            int v,
            FloatBuffer slicePart) {
        int inSlice = 0;
        for (ModelPart.Range range : slices.get(owner).ranges()) {
            for (int done = 0; done < range.length(); done += CHUNK) {
                int count = Math.min(CHUNK, range.length() - done);
                FloatBuffer here;
                if (at.leads()) {
                    here = vector(whole, v, length).slice(range.whole() + done, count);
                } else if (at.rank() == owner) {
                    here = ownSlice(slicePart, v).slice(inSlice + done, count);
                } else {
                    here = passing.slice(0, count);
                }
                ranks.broadcast(here, from);
            }
            inSlice += range.length();
        }
    }

    private FloatBuffer ownSlice(FloatBuffer slicePart, int v) {
        return vector(slicePart, v, slices.get(at.rank()).length());
    }

    private static FloatBuffer vector(FloatBuffer buffer, int v, int length) {
        return buffer.slice(v * length, length);
    }
}
