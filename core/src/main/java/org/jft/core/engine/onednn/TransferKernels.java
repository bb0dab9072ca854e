package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_abcd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_nhwc;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Shape;

/** The borders of a network: the caller's buffers in, the caller's buffers out. */
final class TransferKernels {
    private static final int COLOURS = 3;

    private final Dnnl owner;
    private final Layouts layouts;
    private final Attributes attributes;
    private final Call call;
    private final boolean fewerRows;

    /**
     * @param fewerRows whether the caller may give fewer rows than planned for
     */
    TransferKernels(Dnnl owner, Layouts layouts, Call call, boolean fewerRows) {
        this.owner = owner;
        this.layouts = layouts;
        this.attributes = new Attributes(owner);
        this.call = call;
        this.fewerRows = fewerRows;
    }

    void loadInput(Task.LoadInput task, KernelBuilder kernel) {
        Shape shape = task.to().shape();
        dnnl_memory_desc plain = layouts.plain(shape);
        Operation tensor =
                kernel.detachedReorder(
                        plain, Place.caller(), layouts.image(task.to()), Place.of(task.to()));
        Optional<InputStep.Normalization> pixels =
                shape.channels() == COLOURS
                        ? Optional.of(normalization(task, kernel))
                        : Optional.empty();
        Optional<Place> staging =
                fewerRows
                        ? Optional.of(kernel.scratch(dnnl.dnnl_memory_desc_get_size(plain)))
                        : Optional.empty();
        kernel.step(
                new InputStep(call, task.index(), shape, layouts.rows(), tensor, pixels, staging));
    }

    /** {@code (x - mean) * inverse}: bytes to floats in the network's layout, then to its type. */
    private InputStep.Normalization normalization(Task.LoadInput task, KernelBuilder kernel) {
        Shape shape = task.to().shape();
        Place mean = kernel.scratch((long) Float.BYTES * COLOURS);
        Place inverse = kernel.scratch((long) Float.BYTES * COLOURS);
        dnnl_memory_desc bytes = layouts.describe(dnnl_u8, dnnl_nhwc, shape);
        dnnl_memory_desc floats = layouts.describe(dnnl_f32, layouts.tag(shape), shape);
        dnnl_memory_desc perChannel = owner.describe(dnnl_f32, dnnl_abcd, 1, COLOURS, 1, 1);
        boolean narrow = layouts.type(task.to()) != dnnl_f32;
        Place scaled =
                narrow
                        ? kernel.scratch(dnnl.dnnl_memory_desc_get_size(floats))
                        : Place.of(task.to());
        Operation conversion = kernel.detachedReorder(bytes, Place.caller(), floats, scaled);
        dnnl_primitive_attr times = attributes.times(perChannel);
        Operation scaling =
                kernel.detached(
                                kernel.describe(
                                        d ->
                                                dnnl.dnnl_binary_primitive_desc_create(
                                                        d,
                                                        owner.engine(),
                                                        dnnl.dnnl_binary_sub,
                                                        floats,
                                                        perChannel,
                                                        floats,
                                                        times)))
                        .with(DNNL_ARG_SRC_0, floats, scaled)
                        .with(DNNL_ARG_SRC_1, perChannel, mean)
                        .with(Attributes.postOperation(0) | DNNL_ARG_SRC_1, perChannel, inverse)
                        .with(DNNL_ARG_DST, floats, scaled);
        List<Operation> operations = new ArrayList<>(List.of(conversion, scaling));
        if (narrow) {
            operations.add(
                    kernel.detachedReorder(
                            floats, scaled, layouts.image(task.to()), Place.of(task.to())));
        }
        return new InputStep.Normalization(operations, mean, inverse);
    }

    void storeOutput(Task.StoreOutput task, KernelBuilder kernel) {
        kernel.reorder(
                layouts.image(task.from()),
                Place.of(task.from()),
                layouts.plain(task.from().shape()),
                Place.output(task.index()));
    }

    void loadOutputGradient(Task.LoadOutputGradient task, KernelBuilder kernel) {
        Operation reorder =
                kernel.detachedReorder(
                        layouts.plain(task.to().shape()),
                        Place.caller(),
                        layouts.image(task.to()),
                        Place.of(task.to()));
        kernel.step(
                new Step() {
                    @Override
                    public void bind(ToLongFunction<Place> addresses) {
                        reorder.bind(addresses);
                    }

                    @Override
                    public List<String> implementations() {
                        return reorder.implementations();
                    }

                    @Override
                    public void run() {
                        FloatBuffer gradient = call.outputGradient(task.index());
                        reorder.point(DNNL_ARG_SRC, Address.of(gradient));
                        reorder.run();
                    }
                });
    }

    void storeInputGradient(Task.StoreInputGradient task, KernelBuilder kernel) {
        Place to = Place.inputGradient(task.index());
        if (task.from().isPresent()) {
            kernel.reorder(
                    layouts.image(task.from().get()),
                    Place.of(task.from().get()),
                    layouts.plain(task.from().get().shape()),
                    to);
        }
        // Without a path from the input to an output the buffer keeps the zeros it began with.
    }
}
