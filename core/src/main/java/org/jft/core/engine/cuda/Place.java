package org.jft.core.engine.cuda;

import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.plan.Tensor;

/**
 * Where an argument will lie on the device; an address only once memory is there.
 *
 * @param tensor for {@link Region#TENSOR}
 * @param index for the buffers of inputs and outputs
 * @param offset bytes behind the start
 */
record Place(Region region, Tensor tensor, int index, long offset) {
    /** Which memory. */
    enum Region {
        /** A tensor in the arena. */
        TENSOR,
        /** Working memory that lasts as long as one task runs. */
        SCRATCH,
        /** Working memory of cuDNN and cuBLASLt. */
        WORKSPACE,
        /** Copies of parameters in the layout and type that kernels want, made each pass. */
        COPIES,
        /** The flat parameters. */
        PARAMETERS,
        /** The flat gradients. */
        GRADIENTS,
        /** What changes from step to step. */
        NUMBERS,
        /** Labels and losses of a batch, see {@link LossSteps}. */
        LABELS,
        /** State of the optimizer, see {@link UpdateSteps}. */
        STATE,
        /** Gradients summed over micro batches. */
        SUMS,
        /** An input as the caller gave it. */
        INPUT,
        /** Mean and 1 / standard deviation of each colour. */
        COLOURS,
        /** An output as the caller gets it. */
        OUTPUT,
        /** The gradient of an output as the caller gave it. */
        OUTPUT_GRADIENT,
        /** The gradient of an input as the caller gets it. */
        INPUT_GRADIENT
    }

    static Place of(Tensor tensor) {
        return new Place(Region.TENSOR, tensor, 0, 0);
    }

    static Place scratch(long offset) {
        return in(Region.SCRATCH, offset);
    }

    static Place copy(long offset) {
        return in(Region.COPIES, offset);
    }

    static Place parameter(Slice slice) {
        return in(Region.PARAMETERS, (long) Float.BYTES * slice.offset());
    }

    static Place gradient(Slice slice) {
        return in(Region.GRADIENTS, (long) Float.BYTES * slice.offset());
    }

    static Place numbers() {
        return in(Region.NUMBERS, 0);
    }

    static Place lossScale() {
        return in(Region.NUMBERS, PassNumbers.LOSS_SCALE);
    }

    static Place unscale() {
        return in(Region.NUMBERS, PassNumbers.UNSCALE);
    }

    static Place buffer(Region region, int index) {
        return new Place(region, null, index, 0);
    }

    static Place in(Region region, long offset) {
        return new Place(region, null, 0, offset);
    }

    Place plus(long bytes) {
        return new Place(region, tensor, index, offset + bytes);
    }
}
