package org.jft.bench.data;

import java.nio.ByteBuffer;
import org.jft.core.config.ImageConfig;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.data.image.ImageTransform;
import org.jft.data.image.JpegDecoder;
import org.jft.data.image.Outcome;
import org.jft.data.image.SampleRandom;

/** Ours: what a decoding thread of the loader does. */
final class TransformSource implements PixelSource {
    private final ImageTransform transform;
    private final ByteBuffer encoded;
    private final ByteBuffer slot; // [size, size, 3]

    TransformSource(ImageConfig config, JpegDecoder decoder, int largestFile) {
        transform = ImageTransform.training(config, decoder);
        encoded = ByteBuffer.allocateDirect(largestFile);
        slot = ByteBuffer.allocateDirect(ImageTransform.viewBytes(config));
    }

    @Override
    public void decode(byte[] jpeg, long row) {
        encoded.clear().put(jpeg).flip();
        Outcome outcome = transform.apply(encoded, SampleRandom.of(0, 0, row), slot, 0);
        if (!outcome.good()) {
            throw new JftException(
                    Category.ABORT_RUN, "image %d %s".formatted(row, outcome.problem()));
        }
    }

    @Override
    public void close() {
        transform.close();
    }
}
