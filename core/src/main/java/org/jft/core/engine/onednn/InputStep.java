package org.jft.core.engine.onednn;

import static com.google.common.base.Preconditions.checkArgument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.program.Shape;

/**
 * Reads one input from the caller's memory. A batch with fewer rows than the plan's is copied
 * first, since primitives read all rows; what the other rows hold does not matter, for inference
 * mixes no rows.
 */
final class InputStep implements Step {
    /**
     * The path of bytes.
     *
     * @param operations in order; the first reads the bytes
     * @param mean where it reads the mean of each colour
     * @param inverse where it reads 1 / standard deviation of each colour
     */
    record Normalization(List<Operation> operations, Place mean, Place inverse) {}

    private final Call call;
    private final int index;
    private final Shape shape;
    private final int rows;
    private final Operation tensor;
    private final Optional<Normalization> pixels;
    private final Optional<Place> staging;
    private ByteBuffer copy; // float32 of all rows; null without staging
    private FloatBuffer mean;
    private FloatBuffer inverse;

    InputStep(
            Call call,
            int index,
            Shape shape,
            int rows,
            Operation tensor,
            Optional<Normalization> pixels,
            Optional<Place> staging) {
        this.call = call;
        this.index = index;
        this.shape = shape;
        this.rows = rows;
        this.tensor = tensor;
        this.pixels = pixels;
        this.staging = staging;
    }

    @Override
    public void bind(ToLongFunction<Place> addresses) {
        tensor.bind(addresses);
        long bytes = (long) Float.BYTES * rows * shape.elements();
        copy =
                staging.map(place -> Address.bytes(addresses.applyAsLong(place), bytes))
                        .orElse(null);
        pixels.ifPresent(
                path -> {
                    path.operations().forEach(operation -> operation.bind(addresses));
                    int colours = shape.channels();
                    mean = Address.floats(addresses, path.mean(), colours);
                    inverse = Address.floats(addresses, path.inverse(), colours);
                });
    }

    @Override
    public void run() {
        EngineInput input = call.input(index);
        if (input instanceof EngineInput.Tensor given) {
            load(given);
        } else if (input instanceof EngineInput.Pixels given) {
            load(given);
        }
    }

    @Override
    public List<String> implementations() {
        List<String> names = new ArrayList<>(tensor.implementations());
        pixels.ifPresent(
                path ->
                        path.operations()
                                .forEach(operation -> names.addAll(operation.implementations())));
        return names;
    }

    private void load(EngineInput.Tensor given) {
        FloatBuffer values = given.values();
        int length = given.batchSize() * shape.elements();
        checkArgument(
                values.remaining() >= length,
                "input holds %s values, expected %s",
                values.remaining(),
                length);
        if (given.batchSize() < rows) {
            copy.asFloatBuffer().put(0, values, values.position(), length);
            tensor.point(DNNL_ARG_SRC, Address.of(copy));
        } else {
            tensor.point(DNNL_ARG_SRC, Address.of(values));
        }
        tensor.run();
    }

    private void load(EngineInput.Pixels given) {
        checkArgument(
                pixels.isPresent()
                        && given.height() == shape.height()
                        && given.width() == shape.width(),
                "images of %s x %s do not fit the graph's input",
                given.height(),
                given.width());
        for (int c = 0; c < shape.channels(); c++) {
            mean.put(c, given.mean().get(c));
            inverse.put(c, 1 / given.std().get(c));
        }
        List<Operation> operations = pixels.get().operations();
        if (given.batchSize() < rows) {
            copy.put(0, given.nhwc(), 0, given.batchSize() * shape.elements());
            operations.get(0).point(DNNL_ARG_SRC, Address.of(copy));
        } else {
            operations.get(0).point(DNNL_ARG_SRC, Address.of(given.nhwc()));
        }
        for (int i = 0; i < operations.size(); i++) {
            operations.get(i).run();
        }
    }
}
