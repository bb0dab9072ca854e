package org.jft.oracle;

import org.bytedeco.pytorch.Tensor;

/** Listens in on a {@link LibtorchGraph}, and may round what flows through it. */
public interface Probe {
    /** Hears nothing, changes nothing. */
    Probe NONE = new Probe() {};

    /** Returns what a vertex hands on: its result, or the result rounded. */
    default Tensor handOn(Tensor result) {
        return result;
    }

    /** Hears of an activation whose slope jumps where {@code x} is {@code at}. */
    default void bends(Tensor x, double at) {}

    /**
     * Hears of a maximum over windows, whose gradient jumps where the two largest meet.
     *
     * @param padded [N, C, H, W], the border filled with what never wins
     */
    default void maximum(Tensor padded, long[] kernel, long[] stride, long[] dilation) {}

    /** Hears of a batch norm in training mode. */
    default void normalizes(String layer, Tensor x) {}
}
