package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;

/** Collects the steps of one kernel and the working memory they need. */
final class KernelBuilder {
    private static final long CACHE_LINE = 64;

    /** A call of oneDNN that creates a primitive's description. */
    interface Creation {
        int into(dnnl_primitive_desc description);
    }

    private final Dnnl owner;
    private final Task task;
    private final Sizes sizes;
    private final List<Step> steps = new ArrayList<>();
    private long scratchBytes;
    private long flops;

    KernelBuilder(Dnnl owner, Task task, Sizes sizes) {
        this.owner = owner;
        this.task = task;
        this.sizes = sizes;
    }

    Kernel build() {
        return new Kernel(task, List.copyOf(steps), scratchBytes, flops);
    }

    /** Says how much arithmetic the kernel does. */
    void flops(double count) {
        flops += (long) count;
    }

    /** Reserves working memory. */
    Place scratch(long bytes) {
        long start = (scratchBytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
        scratchBytes = start + bytes;
        return Place.scratch(start);
    }

    /** Says how large a tensor is that only this backend reads. */
    void size(Tensor opaque, dnnl_memory_desc description) {
        sizes.set(opaque, dnnl.dnnl_memory_desc_get_size(description));
    }

    /** Describes a primitive. */
    dnnl_primitive_desc describe(Creation creation) {
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        Dnnl.check(creation.into(description), task.name());
        return owner.own(description, dnnl::dnnl_primitive_desc_destroy);
    }

    /** Adds a described primitive, with its scratchpad. */
    Operation operation(dnnl_primitive_desc description) {
        Operation operation = detached(description);
        steps.add(operation);
        return operation;
    }

    /** Adds a step. */
    void step(Step step) {
        steps.add(step);
    }

    /** Returns a described primitive, with its scratchpad, that a step of its own will run. */
    Operation detached(dnnl_primitive_desc description) {
        Operation operation = new Operation(owner, description);
        dnnl_memory_desc pad = query(description, dnnl_query_scratchpad_md);
        long bytes = dnnl.dnnl_memory_desc_get_size(pad);
        if (bytes > 0) {
            operation.with(DNNL_ARG_SCRATCHPAD, pad, scratch(bytes));
        }
        return operation;
    }

    /** Adds a few lines of Java; the function gets the addresses and returns what runs. */
    void java(Function<ToLongFunction<Place>, Runnable> code) {
        steps.add(
                new Step() {
                    private Runnable bound;

                    @Override
                    public void bind(ToLongFunction<Place> addresses) {
                        bound = code.apply(addresses);
                    }

                    @Override
                    public void run() {
                        bound.run();
                    }
                });
    }

    /** Returns what oneDNN decided about one of a primitive's memories; lives as long as it. */
    static dnnl_memory_desc query(dnnl_primitive_desc description, int what) {
        return dnnl.dnnl_primitive_desc_query_md(description, what, 0);
    }

    /** Adds a copy into another layout or type. */
    void reorder(dnnl_memory_desc from, Place source, dnnl_memory_desc to, Place target) {
        steps.add(detachedReorder(from, source, to, target));
    }

    /** Returns a copy that a step of its own will run. */
    Operation detachedReorder(
            dnnl_memory_desc from, Place source, dnnl_memory_desc to, Place target) {
        return reorder(from, source, to, target, owner.attributes());
    }

    /**
     * Adds a copy that multiplies.
     *
     * @param scales one a slice
     * @param mask bit d is set if slices differ along dimension d
     */
    void scaledReorder(
            dnnl_memory_desc from,
            Place source,
            dnnl_memory_desc to,
            Place target,
            Place scales,
            int mask,
            int count) {
        dnnl_primitive_attr attributes = owner.attributes();
        Dnnl.check(
                dnnl.dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, mask), "scales");
        steps.add(
                reorder(from, source, to, target, attributes)
                        .with(
                                DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC,
                                owner.describe(dnnl_f32, dnnl_a, count),
                                scales));
    }

    private Operation reorder(
            dnnl_memory_desc from,
            Place source,
            dnnl_memory_desc to,
            Place target,
            dnnl_primitive_attr attributes) {
        return detached(
                        describe(
                                description ->
                                        dnnl.dnnl_reorder_primitive_desc_create(
                                                description,
                                                from,
                                                owner.engine(),
                                                to,
                                                owner.engine(),
                                                attributes)))
                .with(DNNL_ARG_SRC, from, source)
                .with(DNNL_ARG_DST, to, target);
    }

    /**
     * Makes sure that memory is in the layout a primitive wants.
     *
     * @return where it lies then: {@code at} itself, or a copy in working memory
     */
    Place inLayout(dnnl_memory_desc as, Place at, dnnl_memory_desc wanted) {
        if (dnnl.dnnl_memory_desc_equal(as, wanted) != 0) {
            return at;
        }
        Place copy = scratch(dnnl.dnnl_memory_desc_get_size(wanted));
        reorder(as, at, wanted, copy);
        return copy;
    }
}
