package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.cuda.Alternatives.Way;
import org.jft.core.engine.plan.Task;

/**
 * The ways to do one batch norm with the statistics of the batch, its backward, and the convolution
 * in front where that may help. They go together, for each reads what the one before kept:
 *
 * <ul>
 *   <li>our kernels, which read the convolution's result twice;
 *   <li>cuDNN's two fused graphs, {@link FusedNorm};
 *   <li>sums that the convolution leaves, {@link ConvolutionSums}, with which our kernels read its
 *       result once.
 * </ul>
 */
final class NormWays {
    private static final double AS_FAST = 1; // all three are as exact as their types

    private final FusedNorm fusedNorm;
    private final Optional<ConvolutionSums> sums;
    private final Alternatives choice;
    private final Way kernels;
    private final Way fused;
    private final Optional<Way> bySums;

    NormWays(
            Layouts layouts,
            Task.Normalize task,
            Copies copies,
            Optional<ConvolutionSums> convolution) {
        fusedNorm = new FusedNorm(layouts, task, copies);
        sums = convolution;
        // Forward alone: run again by recomputation it goes the same way and gives the same bits.
        List<String> work = new ArrayList<>();
        sums.ifPresent(of -> work.add(of.step().graph().key()));
        work.add(fusedNorm.key());
        choice = new Alternatives(String.join(", ", work), AS_FAST);
        kernels = choice.way("our kernels", device -> true);
        fused = choice.way("fused graphs", fusedNorm::runsOn);
        bySums = sums.map(of -> choice.way("sums of the convolution", of::runsOn));
    }

    /** Returns the step of the convolution in front. */
    Step convolution() {
        ConvolutionSums of = sums.orElseThrow();
        List<Step> alone = List.of(of.alone());
        return part(alone, alone, List.of(of.step()));
    }

    /**
     * Returns the forward step.
     *
     * @param statistics our kernels that find mean and variance
     * @param fromSums the one that makes them of sums
     * @param apply the one that uses them
     */
    Step forward(List<Step> statistics, Optional<Step> fromSums, Step apply) {
        List<Step> pieces = new ArrayList<>(statistics);
        pieces.add(apply);
        List<Step> shorter = new ArrayList<>(fromSums.stream().toList());
        shorter.add(apply);
        return part(pieces, List.of(fusedNorm.forward()), shorter);
    }

    /**
     * Returns the backward step.
     *
     * @param pieces our kernels
     * @param behindFused what follows the fused graph
     */
    Step backward(
            Task.NormalizeBackward task,
            TaskBuilder builder,
            List<Step> pieces,
            List<Step> behindFused) {
        return part(pieces, fusedNorm.backward(task, builder, behindFused), pieces);
    }

    /** Returns the sums that the convolution may leave. */
    Optional<ConvolutionSums> sums() {
        return sums;
    }

    private Step part(List<Step> byKernels, List<Step> byFused, List<Step> withSums) {
        Map<Way, List<Step>> steps = new HashMap<>(Map.of(kernels, byKernels, fused, byFused));
        bySums.ifPresent(way -> steps.put(way, withSums));
        return choice.part(steps);
    }
}
