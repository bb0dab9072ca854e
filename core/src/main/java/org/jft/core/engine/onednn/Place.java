package org.jft.core.engine.onednn;

import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.plan.Tensor;

/**
 * Where an argument of a primitive will lie; an address only once memory is there.
 *
 * @param tensor for {@link Region#TENSOR}
 * @param index for {@link Region#OUTPUT} and {@link Region#INPUT_GRADIENT}
 * @param offset bytes behind the start
 */
record Place(Region region, Tensor tensor, int index, long offset) {
    /** Which memory. */
    enum Region {
        /** A tensor in the arena. */
        TENSOR,
        /** The flat parameters. */
        PARAMETERS,
        /** The flat gradients. */
        GRADIENTS,
        /** Working memory that lasts as long as one kernel runs. */
        SCRATCH,
        /** The buffer of an output. */
        OUTPUT,
        /** The buffer of an input's gradient. */
        INPUT_GRADIENT,
        /** The caller's; another address at each step. */
        CALLER
    }

    static Place of(Tensor tensor) {
        return new Place(Region.TENSOR, tensor, 0, 0);
    }

    static Place parameter(Slice slice) {
        return new Place(Region.PARAMETERS, null, 0, (long) Float.BYTES * slice.offset());
    }

    static Place gradient(Slice slice) {
        return new Place(Region.GRADIENTS, null, 0, (long) Float.BYTES * slice.offset());
    }

    static Place scratch(long offset) {
        return new Place(Region.SCRATCH, null, 0, offset);
    }

    static Place output(int index) {
        return new Place(Region.OUTPUT, null, index, 0);
    }

    static Place inputGradient(int index) {
        return new Place(Region.INPUT_GRADIENT, null, index, 0);
    }

    static Place caller() {
        return new Place(Region.CALLER, null, 0, 0);
    }
}
