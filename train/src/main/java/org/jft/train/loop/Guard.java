package org.jft.train.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jft.cluster.collective.Collective;
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
     * Checks the loss of a step.
     *
     * @param summed over all ranks, the same on each
     * @param own this rank's part
     */
    void requireFiniteLoss(long step, double summed, double own) {
        if (!Double.isFinite(summed)) {
            String ranks = ranks(collective.allGather(Double.isFinite(own) ? 0 : 1));
            throw new TrainingDivergedException("the loss", step, ranks.isEmpty() ? "all" : ranks);
        }
    }

    /** Checks the parameters, which a last update may have broken after a finite loss. */
    void requireFiniteParameters(long step, java.nio.FloatBuffer parameters) {
        String ranks = ranks(collective.allGather(ParameterHash.finite(parameters) ? 0 : 1));
        if (!ranks.isEmpty()) {
            throw new TrainingDivergedException("a parameter", step, ranks);
        }
    }

    /** Proves that all ranks hold the same bits. */
    void requireEqualParameters(long step, java.nio.FloatBuffer parameters) {
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
