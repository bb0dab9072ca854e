package org.jft.data.pipeline;

import java.nio.ByteBuffer;
import org.jft.data.image.ImageTransform;
import org.jft.data.image.Outcome;
import org.jft.data.image.SampleRandom;
import org.jft.data.shard.SampleStore;

/** Store to slot for one row, through memory that one thread reuses. Owns the transform. */
final class RowDecoder implements AutoCloseable {
    private static final int FIRST_SCRATCH_BYTES = 1 << 20;

    private final SampleStore store;
    private final ImageTransform transform;
    private final long seed;
    private ByteBuffer scratch = ByteBuffer.allocateDirect(FIRST_SCRATCH_BYTES);

    RowDecoder(SampleStore store, ImageTransform transform, long seed) {
        this.store = store;
        this.transform = transform;
        this.seed = seed;
    }

    /** Decodes a row into a place, with the draws of (seed, epoch, row). */
    Outcome decode(long epoch, long row, Slot slot, int place) {
        scratch = store.readImage(row, scratch);
        return transform.apply(scratch, SampleRandom.of(seed, epoch, row), slot.pixels, place);
    }

    @Override
    public void close() {
        transform.close();
    }
}
