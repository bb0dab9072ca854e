package org.jft.data.shard;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jft.data.taxonomy.Labels;

/** A store for tests of those who ask little of it: whoever asks for more is wrong. */
public interface PartialStore extends SampleStore {
    @Override
    default int classCount() {
        throw new UnsupportedOperationException();
    }

    @Override
    default SampleKey key(long row) {
        throw new UnsupportedOperationException();
    }

    @Override
    default ByteBuffer readImage(long row, ByteBuffer scratch) {
        throw new UnsupportedOperationException();
    }

    @Override
    default Labels labels(long row) {
        throw new UnsupportedOperationException();
    }

    @Override
    default Optional<Labels> cleanLabels(long row) {
        throw new UnsupportedOperationException();
    }

    @Override
    default String locate(long row) {
        throw new UnsupportedOperationException();
    }

    @Override
    default String fingerprint() {
        throw new UnsupportedOperationException();
    }

    @Override
    default void close() {}
}
