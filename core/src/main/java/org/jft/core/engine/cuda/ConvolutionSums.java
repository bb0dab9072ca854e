package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionForward;
import org.jft.core.engine.cuda.driver.OperationGraph.GenStats;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Op;

/**
 * A convolution that adds up what it writes, for the batch norm behind it: sums of each channel and
 * of its squares, in float32. cuDNN has it for float16 (its pattern ConvBNfprop).
 *
 * <p>The variance is then a difference, which is off by some 2^-24 mean^2. Rounding the channel to
 * float16 has added about as much to it before, so no digit is lost that was there; in float32 all
 * of them could be.
 *
 * @param alone the same convolution without sums
 */
record ConvolutionSums(DnnStep alone, DnnStep step, Place sum, Place squares) {
    private static final int CHANNELS = 8; // cuDNN reads and writes 16 bytes at a time

    /** Returns whether cuDNN may have it for a task, and the task writes what it adds up. */
    static boolean possible(Task.Linear task, DnnStep alone) {
        ConvolutionForward operation = operation(alone);
        boolean bare =
                task.addend().isEmpty()
                        && task.group().norm().isEmpty()
                        && task.group().activation().isEmpty()
                        && ((Op.Weighted) task.group().head().op()).bias().isEmpty();
        return bare
                && operation.y().element() == Element.HALF
                && operation.x().c() == operation.w().c() // one group
                && operation.x().c() % CHANNELS == 0
                && operation.y().c() % CHANNELS == 0;
    }

    private static ConvolutionForward operation(DnnStep alone) {
        return (ConvolutionForward) alone.graph().operations().get(0);
    }

    /** Adds sums, which last as long as the copies of a pass. */
    static ConvolutionSums of(DnnStep alone, Copies copies) {
        ConvolutionForward operation = operation(alone);
        long channels = operation.y().c();
        Place sum = copies.reserve(Element.FLOAT.bytes(channels));
        Place squares = copies.reserve(Element.FLOAT.bytes(channels));
        OperationGraph graph =
                new OperationGraph(
                        "convolution sums",
                        List.of(
                                operation,
                                new GenStats(
                                        operation.y(),
                                        Array.channels("sum", channels),
                                        Array.channels("squares", channels))));
        List<Place> places = new ArrayList<>(alone.places());
        places.addAll(List.of(sum, squares));
        return new ConvolutionSums(alone, new DnnStep(graph, places), sum, squares);
    }

    /** Ampere without its embedded chips, Hopper and newer; not Ada. */
    boolean runsOn(DeviceInfo device) {
        return device.major() >= 9 || device.capability() == 80 || device.capability() == 86;
    }
}
