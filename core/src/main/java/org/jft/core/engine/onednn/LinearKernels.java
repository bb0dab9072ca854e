package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Node;

/**
 * Convolutions and dense layers. Weights are copied from the flat vector into the layout and type a
 * primitive wants right before it runs: the copy is still in the cache then, takes no memory of its
 * own, and can never be stale. Weight gradients go the other way.
 */
final class LinearKernels {
    private final Dnnl owner;
    private final Layouts layouts;
    private final Attributes attributes;

    LinearKernels(Dnnl owner, Layouts layouts) {
        this.owner = owner;
        this.layouts = layouts;
        this.attributes = new Attributes(owner);
    }

    void forward(Task.Linear task, KernelBuilder kernel) {
        Node node = task.group().head();
        LinearShape shape = LinearShape.of(owner, layouts, node);
        dnnl_memory_desc from = shape.from(task.from());
        dnnl_memory_desc to = shape.to(task.to());
        boolean biased = shape.bias().isPresent() || task.group().norm().isPresent();
        dnnl_primitive_attr epilogue = attributes.epilogue(task, shape);
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                shape.describeForward(
                                        d, from, to, biased ? shape.biasOf() : null, epilogue));
        dnnl_memory_desc wanted = KernelBuilder.query(description, dnnl_query_weights_md);

        Place flat = WeightStandardization.weights(owner, kernel, shape);
        Place weights;
        Place bias = shape.bias().map(Place::parameter).orElse(null);
        if (task.group().norm().isPresent()) {
            var folded = FoldedNorm.add(kernel, task.group().norm().get(), shape.bias());
            weights = kernel.scratch(dnnl.dnnl_memory_desc_get_size(wanted));
            kernel.scaledReorder(
                    shape.flatWeights(),
                    flat,
                    wanted,
                    weights,
                    folded.scale(),
                    shape.outputChannelMask(),
                    shape.outputChannels());
            bias = folded.shift();
        } else {
            weights = kernel.inLayout(shape.flatWeights(), flat, wanted);
        }
        Operation operation =
                kernel.operation(description)
                        .with(DNNL_ARG_SRC, from, Place.of(task.from()))
                        .with(DNNL_ARG_WEIGHTS, wanted, weights)
                        .with(DNNL_ARG_DST, to, Place.of(task.to()));
        if (biased) {
            operation.with(DNNL_ARG_BIAS, shape.biasOf(), bias);
        }
        if (task.addend().isPresent()) {
            Tensor addend = task.addend().get();
            operation.with(
                    Attributes.postOperation(0) | DNNL_ARG_SRC_1,
                    shape.to(addend),
                    Place.of(addend));
        }
        kernel.flops(shape.flops(layouts.rows()));
    }

    void backwardData(Task.LinearBackwardData task, KernelBuilder kernel) {
        LinearShape shape = LinearShape.of(owner, layouts, task.node());
        dnnl_memory_desc gradient = shape.to(task.from());
        dnnl_memory_desc to = shape.from(task.to());
        dnnl_primitive_desc hint =
                kernel.describe(
                        d -> shape.describeForward(d, to, gradient, null, owner.attributes()));
        dnnl_primitive_desc description =
                kernel.describe(
                        d -> shape.describeBackwardData(d, to, gradient, hint, owner.attributes()));
        dnnl_memory_desc wanted = KernelBuilder.query(description, dnnl_query_weights_md);
        Place flat = WeightStandardization.weights(owner, kernel, shape);
        Place weights = kernel.inLayout(shape.flatWeights(), flat, wanted);
        kernel.operation(description)
                .with(DNNL_ARG_DIFF_DST, gradient, Place.of(task.from()))
                .with(DNNL_ARG_WEIGHTS, wanted, weights)
                .with(DNNL_ARG_DIFF_SRC, to, Place.of(task.to()));
        kernel.flops(shape.flops(layouts.rows()));
    }

    void backwardWeights(Task.LinearBackwardWeights task, KernelBuilder kernel) {
        LinearShape shape = LinearShape.of(owner, layouts, task.node());
        dnnl_memory_desc from = shape.from(task.from());
        dnnl_memory_desc gradient = shape.to(task.gradient());
        dnnl_memory_desc bias = shape.bias().isPresent() ? shape.biasOf() : null;
        dnnl_primitive_desc hint =
                kernel.describe(
                        d -> shape.describeForward(d, from, gradient, bias, owner.attributes()));
        dnnl_primitive_desc description =
                kernel.describe(
                        d ->
                                shape.describeBackwardWeights(
                                        d, from, gradient, bias, hint, owner.attributes()));
        dnnl_memory_desc given = KernelBuilder.query(description, dnnl_query_diff_weights_md);
        Place flat = WeightStandardization.gradient(kernel, shape);
        boolean direct = dnnl.dnnl_memory_desc_equal(given, shape.flatWeights()) != 0;
        Place weights = direct ? flat : kernel.scratch(dnnl.dnnl_memory_desc_get_size(given));
        Operation operation =
                kernel.operation(description)
                        .with(DNNL_ARG_SRC, from, Place.of(task.from()))
                        .with(DNNL_ARG_DIFF_DST, gradient, Place.of(task.gradient()))
                        .with(DNNL_ARG_DIFF_WEIGHTS, given, weights);
        shape.bias()
                .ifPresent(
                        slice -> operation.with(DNNL_ARG_DIFF_BIAS, bias, Place.gradient(slice)));
        if (!direct) {
            kernel.reorder(given, weights, shape.flatWeights(), flat);
        }
        WeightStandardization.backward(owner, kernel, shape, flat);
        kernel.flops(shape.flops(layouts.rows()));
    }
}
