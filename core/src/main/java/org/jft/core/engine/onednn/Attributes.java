package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;

import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Op.Activation.Function;

/** Attributes with post-operations: what a primitive does to each element before it is stored. */
final class Attributes {
    /**
     * An element-wise function in oneDNN's terms.
     *
     * @param algorithm one of dnnl_eltwise
     * @param fromOutput its variant whose backward pass reads the output
     */
    record ElementWise(int algorithm, int fromOutput, float alpha, float beta) {
        static ElementWise of(Op.Activation activation) {
            float alpha = activation.alpha();
            return switch (activation.function()) {
                case RELU, LEAKY_RELU ->
                        new ElementWise(
                                dnnl.dnnl_eltwise_relu,
                                dnnl.dnnl_eltwise_relu_use_dst_for_bwd,
                                activation.function() == Function.RELU ? 0 : alpha,
                                0);
                case RELU6 -> new ElementWise(dnnl.dnnl_eltwise_clip, dnnl.dnnl_eltwise_clip, 0, 6);
                case SIGMOID ->
                        new ElementWise(
                                dnnl.dnnl_eltwise_logistic,
                                dnnl.dnnl_eltwise_logistic_use_dst_for_bwd,
                                0,
                                0);
                case TANH ->
                        new ElementWise(
                                dnnl.dnnl_eltwise_tanh,
                                dnnl.dnnl_eltwise_tanh_use_dst_for_bwd,
                                0,
                                0);
                case ELU ->
                        new ElementWise(
                                dnnl.dnnl_eltwise_elu,
                                dnnl.dnnl_eltwise_elu_use_dst_for_bwd,
                                alpha,
                                0);
                case SWISH ->
                        new ElementWise(dnnl.dnnl_eltwise_swish, dnnl.dnnl_eltwise_swish, alpha, 0);
            };
        }
    }

    /**
     * What is done with an element and another memory's.
     *
     * @param algorithm one of dnnl_binary
     * @param second the other memory; where it has one element along a dimension, that is for all
     */
    record Binary(int algorithm, dnnl_memory_desc second) {}

    private final Dnnl owner;

    Attributes(Dnnl owner) {
        this.owner = owner;
    }

    /** Returns the role bits of a post-operation's arguments. */
    static int postOperation(int index) {
        return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (index + 1);
    }

    /** Returns what a linear task does behind the multiplication: addend, then activation. */
    dnnl_primitive_attr epilogue(Task.Linear task, LinearShape shape) {
        return with(
                task.addend().stream()
                        .map(addend -> new Binary(dnnl.dnnl_binary_add, shape.to(addend)))
                        .toList(),
                task.group().activation().map(ElementWise::of));
    }

    /** Returns attributes with a rectifier, or none. */
    dnnl_primitive_attr relu(boolean there) {
        Optional<ElementWise> relu =
                there
                        ? Optional.of(new ElementWise(dnnl.dnnl_eltwise_relu, 0, 0, 0))
                        : Optional.empty();
        return with(List.of(), relu);
    }

    /** Returns attributes with a multiplication of everything. */
    dnnl_primitive_attr times(float factor) {
        return with(
                List.of(), Optional.of(new ElementWise(dnnl.dnnl_eltwise_linear, 0, factor, 0)));
    }

    /** Returns attributes with a multiplication by another memory. */
    dnnl_primitive_attr times(dnnl_memory_desc factors) {
        return binary(List.of(new Binary(dnnl.dnnl_binary_mul, factors)));
    }

    /** Returns attributes that combine with other memories, one after the other. */
    dnnl_primitive_attr binary(List<Binary> steps) {
        return with(steps, Optional.empty());
    }

    private dnnl_primitive_attr with(List<Binary> steps, Optional<ElementWise> function) {
        dnnl_primitive_attr attributes = owner.attributes();
        dnnl_post_ops operations = new dnnl_post_ops();
        Dnnl.check(dnnl.dnnl_post_ops_create(operations), "post-operations");
        for (Binary step : steps) {
            Dnnl.check(
                    dnnl.dnnl_post_ops_append_binary(operations, step.algorithm(), step.second()),
                    "post-operation");
        }
        function.ifPresent(
                f ->
                        Dnnl.check(
                                dnnl.dnnl_post_ops_append_eltwise(
                                        operations, f.algorithm(), f.alpha(), f.beta()),
                                "activation"));
        Dnnl.check(
                dnnl.dnnl_primitive_attr_set_post_ops(attributes, operations), "post-operations");
        dnnl.dnnl_post_ops_destroy(operations); // the attributes have a copy
        return attributes;
    }
}
