package org.jft.parity;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jft.core.model.TorchState;
import org.jft.core.model.TorchState.Tensor;

/**
 * Random parameters, images and output gradients. Batch norms get random scales, shifts and running
 * statistics, so that none of them can be forgotten.
 *
 * @param images of shape imageShape, [N, 3, size, size]
 * @param outputGradient [N, classes]
 */
record Draw(
        Map<String, LibtorchResNet.Parameter> parameters,
        float[] images,
        long[] imageShape,
        float[] outputGradient) {

    /** How the shifts of batch norms lie against their scales. */
    enum Shifts {
        /** Below them: logits answer to every parameter. */
        SMALL(0.1f, 0.1f),
        /**
         * Above them, so that a channel of a rectifier is mostly on or mostly off. A value within
         * rounding of zero may be rectified either way in any float32 engine, and one such flip
         * moves gradients by up to percents.
         */
        LARGE(3, 0.75f);

        private final float size;
        private final float sizeInBranch; // of the last norm of a residual branch

        Shifts(float size, float sizeInBranch) {
            this.size = size;
            this.sizeInBranch = sizeInBranch;
        }
    }

    // Of the scale of a residual branch's last norm; undamped, the network is chaotic.
    private static final float DAMPING = 0.2f;
    private static final float SPREAD = 0.3f; // of running means

    /** Draws and writes the parameters into the flat vector; weights keep their initial ones. */
    static Draw into(
            FloatBuffer vector,
            TorchState state,
            Shifts shifts,
            long[] imageShape,
            int classes,
            long seed) {
        boolean bottleneck =
                state.tensors().stream().anyMatch(tensor -> tensor.name().contains(".bn3."));
        String lastNorm = bottleneck ? ".bn3." : ".bn2.";
        Random random = new Random(seed);
        Map<String, LibtorchResNet.Parameter> parameters = new LinkedHashMap<>();
        for (Tensor tensor : state.tensors()) {
            FloatBuffer part = tensor.in(vector);
            float[] values = new float[tensor.length()];
            part.duplicate().get(values);
            randomize(tensor, values, random, shifts, tensor.name().contains(lastNorm));
            part.put(values);
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            parameters.put(tensor.name(), new LibtorchResNet.Parameter(shape, values));
        }
        int imageFloats = (int) Arrays.stream(imageShape).reduce(1, (a, b) -> a * b);
        int outputs = (int) imageShape[0] * classes;
        return new Draw(
                parameters, normal(random, imageFloats), imageShape, normal(random, outputs));
    }

    private static void randomize(
            Tensor tensor, float[] values, Random random, Shifts shifts, boolean last) {
        String name = tensor.name();
        for (int i = 0; i < values.length; i++) {
            float uniform = random.nextFloat();
            if (name.endsWith(".running_mean")) {
                values[i] = SPREAD * (2 * uniform - 1);
            } else if (name.endsWith(".running_var")) {
                values[i] = 0.5f + uniform;
            } else if (name.endsWith(".bias")) {
                float size = (last ? shifts.sizeInBranch : shifts.size) * (0.5f + uniform);
                values[i] = random.nextBoolean() ? size : -size;
            } else if (tensor.shape().size() == 1) { // the scale of a batch norm
                values[i] = (last ? DAMPING : 1) * (0.5f + 0.5f * uniform);
            }
        }
    }

    static FloatBuffer direct(float[] values) {
        FloatBuffer buffer =
                ByteBuffer.allocateDirect(values.length * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        return buffer.put(values).flip();
    }

    private static float[] normal(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
