package org.jft.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.jft.core.config.ImageConfig;

/** What one graph input is fed with. The engine reads it during {@code forward} only. */
public sealed interface EngineInput {
    /** Returns the rows in this batch. */
    int batchSize();

    /**
     * Images as they come from the decoder; the engine normalises to (x - mean) / std in its own
     * layout and precision.
     *
     * @param nhwc direct, uint8, [N, H, W, 3], RGB; position and limit are ignored
     * @param mean per channel, in 0..255
     * @param std per channel, in 0..255
     */
    record Pixels(
            ByteBuffer nhwc,
            int batchSize,
            int height,
            int width,
            List<Float> mean,
            List<Float> std)
            implements EngineInput {
        public Pixels {
            checkArgument(nhwc.isDirect(), "pixels must lie off-heap");
            checkArgument(
                    nhwc.capacity() >= 3L * batchSize * height * width,
                    "pixels hold %s bytes, fewer than batchSize=%s of %s x %s x 3",
                    nhwc.capacity(),
                    batchSize,
                    height,
                    width);
        }
    }

    /**
     * Checks what a forward pass was given.
     *
     * @param count inputs of the graph
     * @param batchSize largest batch compiled for
     * @return the rows that all inputs have
     * @throws IllegalArgumentException if they are not that many, differ in their rows, or have
     *     more than {@code batchSize}
     */
    static int rows(List<EngineInput> inputs, int count, int batchSize) {
        checkArgument(
                inputs.size() == count, "the graph has %s inputs, not %s", count, inputs.size());
        int rows = inputs.get(0).batchSize();
        checkArgument(
                rows > 0 && rows <= batchSize, "batch of %s, compiled for %s", rows, batchSize);
        for (EngineInput input : inputs) {
            checkArgument(input.batchSize() == rows, "inputs differ in their batch size");
        }
        return rows;
    }

    /** Returns square decoded images with the size and scaling of a config. */
    static EngineInput pixels(ByteBuffer nhwc, int batchSize, ImageConfig image) {
        return new Pixels(nhwc, batchSize, image.size(), image.size(), image.mean(), image.std());
    }

    /**
     * Any float tensor, already in the shape the graph declares.
     *
     * @param values direct, row-major (images: NCHW); position to limit is ignored
     */
    record Tensor(FloatBuffer values, int batchSize) implements EngineInput {
        public Tensor {
            checkArgument(values.isDirect(), "a tensor must lie off-heap");
        }
    }
}
