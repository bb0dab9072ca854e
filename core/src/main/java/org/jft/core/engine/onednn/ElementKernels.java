package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Op.Activation.Function;

/** What works element by element: activations, sums, dropout. */
final class ElementKernels {
    private static final Op.Activation RELU = new Op.Activation(Function.RELU, 0);
    private static final short BF16_ONE = 0x3f80;

    private final Dnnl owner;
    private final Layouts layouts;
    private final Attributes attributes;
    private final LongSupplier draw; // of the pass: see Pass

    ElementKernels(Dnnl owner, Layouts layouts, LongSupplier draw) {
        this.owner = owner;
        this.layouts = layouts;
        this.attributes = new Attributes(owner);
        this.draw = draw;
    }

    void activate(Task.Activate task, KernelBuilder kernel) {
        dnnl_memory_desc image = layouts.image(task.from());
        Op.Activation activation = (Op.Activation) task.node().op();
        kernel.operation(describe(kernel, Attributes.ElementWise.of(activation), false, image))
                .with(DNNL_ARG_SRC, image, Place.of(task.from()))
                .with(DNNL_ARG_DST, image, Place.of(task.to()));
    }

    void activateBackward(Task.ActivateBackward task, KernelBuilder kernel) {
        backward(kernel, task.activation(), task.value(), task.gradient(), task.to());
    }

    /** Adds the gradient of a rectifier by its output. */
    void reluBackward(KernelBuilder kernel, Tensor output, Tensor gradient, Tensor to) {
        backward(kernel, RELU, output, gradient, to);
    }

    private void backward(
            KernelBuilder kernel,
            Op.Activation activation,
            Tensor value,
            Tensor gradient,
            Tensor to) {
        Attributes.ElementWise function = Attributes.ElementWise.of(activation);
        boolean byOutput = function.algorithm() != function.fromOutput();
        dnnl_memory_desc image = layouts.image(value);
        dnnl_primitive_desc hint = describe(kernel, function, byOutput, image);
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_eltwise_backward_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        function.fromOutput(),
                                        image,
                                        image,
                                        image,
                                        function.alpha(),
                                        function.beta(),
                                        hint,
                                        owner.attributes()));
        kernel.operation(description)
                .with(byOutput ? DNNL_ARG_DST : DNNL_ARG_SRC, image, Place.of(value))
                .with(DNNL_ARG_DIFF_DST, image, Place.of(gradient))
                .with(DNNL_ARG_DIFF_SRC, image, Place.of(to));
    }

    private dnnl_primitive_desc describe(
            KernelBuilder kernel,
            Attributes.ElementWise function,
            boolean byOutput,
            dnnl_memory_desc image) {
        return kernel.describe(
                d ->
                        dnnl.dnnl_eltwise_forward_primitive_desc_create(
                                d,
                                owner.engine(),
                                dnnl.dnnl_forward_training,
                                byOutput ? function.fromOutput() : function.algorithm(),
                                image,
                                image,
                                function.alpha(),
                                function.beta(),
                                owner.attributes()));
    }

    void sum(Task.Sum task, KernelBuilder kernel) {
        add(kernel, task.left(), task.right(), task.relu(), task.to());
    }

    /** Adds {@code to = left + right}, rectified or not; {@code to} may be one of them. */
    void add(KernelBuilder kernel, Tensor left, Tensor right, boolean relu, Tensor to) {
        binary(kernel, dnnl.dnnl_binary_add, left, right, attributes.relu(relu), to);
    }

    private void binary(
            KernelBuilder kernel,
            int algorithm,
            Tensor left,
            Tensor right,
            dnnl_primitive_attr attribute,
            Tensor to) {
        dnnl_memory_desc image = layouts.image(to);
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                dnnl.dnnl_binary_primitive_desc_create(
                                        d,
                                        owner.engine(),
                                        algorithm,
                                        image,
                                        image,
                                        image,
                                        attribute));
        kernel.operation(description)
                .with(DNNL_ARG_SRC_0, image, Place.of(left))
                .with(DNNL_ARG_SRC_1, image, Place.of(right))
                .with(DNNL_ARG_DST, image, Place.of(to));
    }

    /** Draws ones and zeros; the factor 1 / keep, which bf16 cannot hold, comes at application. */
    void drawMask(Task.DrawMask task, KernelBuilder kernel) {
        Op.Dropout dropout = (Op.Dropout) task.node().op();
        long bytes = dnnl.dnnl_memory_desc_get_size(layouts.image(task.to()));
        boolean half = layouts.type(task.to()) == dnnl.dnnl_bf16;
        kernel.java(
                addresses -> {
                    ByteBuffer mask =
                            Address.bytes(addresses.applyAsLong(Place.of(task.to())), bytes);
                    return () -> draw(mask, half, dropout);
                });
    }

    private void draw(ByteBuffer mask, boolean half, Op.Dropout dropout) {
        SplittableRandom random = new SplittableRandom(dropout.seed() + draw.getAsLong());
        for (int i = 0; i < mask.capacity(); i += half ? Short.BYTES : Float.BYTES) {
            boolean kept = random.nextDouble() < dropout.keep();
            if (half) {
                mask.putShort(i, kept ? BF16_ONE : 0);
            } else {
                mask.putFloat(i, kept ? 1 : 0);
            }
        }
    }

    void applyMask(Task.ApplyMask task, KernelBuilder kernel) {
        binary(
                kernel,
                dnnl.dnnl_binary_mul,
                task.from(),
                task.mask(),
                attributes.times((float) (1 / task.keep())),
                task.to());
    }
}
