package org.jft.bench.engine;

import java.util.Arrays;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** A row of the table: ours against a peer. */
record Comparison(Competitor ours, Competitor peer) {
    /** Relative; both in float32, which differ by the order of their sums. */
    private static final double LARGEST_DIFFERENCE_FP32 = 1e-3;

    /**
     * Relative; where one of both computes in bfloat16, which has 8 bits, or is stock DL4J, whose
     * losses in the second and third step of a ResNet-50 were 0.05% and 0.22% off.
     */
    private static final double LARGEST_DIFFERENCE_COARSE = 1e-2;

    /** Throws unless both have seen the same losses in their first steps: it is the same work. */
    void requireAgreement(Lineup lineup) {
        double[] left = lineup.of(ours).losses();
        double[] right = lineup.of(peer).losses();
        boolean exact =
                ours.precision() == Precision.FP32
                        && peer.precision() == Precision.FP32
                        && peer.kind() != Competitor.Kind.STOCK_DL4J;
        double bound = exact ? LARGEST_DIFFERENCE_FP32 : LARGEST_DIFFERENCE_COARSE;
        for (int i = 0; i < left.length; i++) {
            if (!(Math.abs(left[i] - right[i]) <= bound * Math.abs(right[i]))) {
                throw new JftException(
                        Category.ABORT_RUN,
                        "not the same computation: the losses of the first steps are %s with %s and %s with %s"
                                .formatted(
                                        Arrays.toString(left),
                                        ours.title(),
                                        Arrays.toString(right),
                                        peer.title()));
            }
        }
    }
}
