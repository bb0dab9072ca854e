package org.jft.eval.transfer.feature;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jft.core.embedding.Embedder;
import org.jft.data.pipeline.Batch;
import org.jft.eval.transfer.probe.Examples;

/**
 * Gathers images until a batch is full, then has their features computed: where few rows are
 * wanted, batches come nearly empty, and an engine works as long on those as on full ones.
 */
final class FeatureCollector {
    private final Embedder embedder;
    private final int imageBytes;
    private final ByteBuffer waiting; // pixels of the images without features yet
    private final List<float[]> features = new ArrayList<>();
    private final List<int[]> labels = new ArrayList<>();
    private final LongStream.Builder rows = LongStream.builder();

    /**
     * Allocates the pixels of a batch.
     *
     * @param batch images that the embedder takes at a time
     */
    FeatureCollector(Embedder embedder, int batch) {
        this.embedder = embedder;
        int side = embedder.image().size();
        imageBytes = 3 * side * side;
        waiting = ByteBuffer.allocateDirect(Math.multiplyExact(batch, imageBytes));
    }

    /** Takes the images of a batch, whose memory is free again when this returns. */
    void add(Batch batch) {
        int[] offsets = batch.labelOffsets();
        for (int i = 0; i < batch.size(); i++) {
            waiting.put(batch.pixels().slice(i * imageBytes, imageBytes));
            labels.add(Arrays.copyOfRange(batch.labelIds(), offsets[i], offsets[i + 1]));
            rows.add(batch.rows()[i]);
            if (!waiting.hasRemaining()) {
                compute();
            }
        }
    }

    private void compute() {
        int count = waiting.position() / imageBytes;
        FloatBuffer pooled = embedder.embed(waiting, count);
        int width = pooled.capacity() / count;
        for (int i = 0; i < count; i++) {
            float[] row = new float[width];
            pooled.get(i * width, row);
            features.add(row);
        }
        waiting.clear();
    }

    /** Returns how many images have come. */
    int size() {
        return labels.size();
    }

    /** Returns the floats of an image, 0 before any has been computed. */
    int width() {
        return features.isEmpty() ? 0 : features.get(0).length;
    }

    /** Computes the rest and returns all; there is at least one. */
    Features finish(int classes) {
        if (waiting.position() > 0) {
            compute();
        }
        return new Features(
                rows.build().toArray(),
                new Examples(
                        features.toArray(float[][]::new), labels.toArray(int[][]::new), classes));
    }
}
