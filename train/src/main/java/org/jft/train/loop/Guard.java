package org.jft.train.loop;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.GenerationEndedException;
import org.jft.cluster.collective.PeerLostException;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Stops a run that has gone wrong. Every check is made by all ranks on values they share, so that
 * all of them stop, and each can name the rank it began on.
 */
final class Guard {
    private final Collective collective;

    Guard(Collective collective) {
        this.collective = collective;
    }

    /**
     * Checks a number, or many, that the ranks have made together.
     *
     * @param what it is
     * @param finite whether it is, the same on each rank
     * @param own whether this rank's part of it is; asked only when the whole is not
     */
    void requireFinite(String what, long step, boolean finite, BooleanSupplier own) {
        if (!finite) {
            throw new TrainingDivergedException(what, step, culprits(own.getAsBoolean()));
        }
    }

    /** Whatever becomes of the question, the run has diverged: on all ranks, and for good. */
    private String culprits(boolean ownIsFinite) {
        try {
            String ranks = ranks(collective.allGather(ownIsFinite ? 0 : 1));
            return ranks.isEmpty() ? "all" : ranks;
        } catch (PeerLostException | GenerationEndedException e) {
            return "unknown, for one was lost";
        }
    }

    /** Proves that all ranks hold the same bits. */
    void requireEqualParameters(long step, FloatBuffer parameters) {
        long[] hashes = collective.allGather(ParameterHash.quick(parameters));
        List<Integer> different = new ArrayList<>();
        for (int rank = 1; rank < hashes.length; rank++) {
            if (hashes[rank] != hashes[0]) {
                different.add(rank);
            }
        }
        if (!different.isEmpty()) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "after step %s the parameters of ranks %s differ from those of rank 0: %s"
                            .formatted(
                                    step,
                                    different,
                                    LongStream.of(hashes).mapToObj(Long::toHexString).toList()));
        }
    }

    private static String ranks(long[] flags) {
        List<String> ranks = new ArrayList<>();
        for (int rank = 0; rank < flags.length; rank++) {
            if (flags[rank] != 0) {
                ranks.add(Integer.toString(rank));
            }
        }
        return String.join(", ", ranks);
    }
}
