package org.jft.bench.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.model.Architectures;
import org.jft.train.objective.Targets;

/**
 * What both sides compute: the same network on the same batch.
 *
 * @param size side of the square images
 * @param images standard normal, direct, [batch, 3, size, size]
 * @param targets three labels an image
 */
record Workload(
        NetworkSpec network,
        int batch,
        int size,
        int classes,
        FloatBuffer images,
        Targets targets) {
    private static final int LABELS_PER_IMAGE = 3;
    private static final long SEED = 1;

    static Workload of(String model, int batch, int size, int classes) {
        Random random = new Random(SEED);
        FloatBuffer images = direct(batch * 3 * size * size);
        for (int i = 0; i < images.capacity(); i++) {
            images.put(i, (float) random.nextGaussian());
        }
        ModelConfig config = new ModelConfig(model, classes, 0, null, false);
        return new Workload(
                NetworkSpec.ofImages(Architectures.create(config, classes, size, SEED), size),
                batch,
                size,
                classes,
                images,
                targets(batch, classes, random));
    }

    private static Targets targets(int batch, int classes, Random random) {
        int labels = Math.min(LABELS_PER_IMAGE, classes);
        int[] offsets = new int[batch + 1];
        int[] ids = new int[batch * labels];
        float[] confidences = new float[batch * labels];
        for (int i = 0; i < batch; i++) {
            int first = random.nextInt(classes);
            for (int j = 0; j < labels; j++) {
                ids[i * labels + j] = (first + j) % classes;
                confidences[i * labels + j] = 1;
            }
            offsets[i + 1] = (i + 1) * labels;
        }
        return new Targets(offsets, ids, confidences);
    }

    /** Allocates floats off-heap, in native order. */
    static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(length, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
