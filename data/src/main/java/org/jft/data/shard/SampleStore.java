package org.jft.data.shard;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.jft.data.annotation.Annotations;
import org.jft.data.taxonomy.Labels;

/**
 * Random access to the rows of a data set, numbered 0 to {@link #rowCount()} - 1 in manifest order.
 * Thread-safe: many decoding threads share one store.
 */
public interface SampleStore extends Closeable {
    /** Returns the number of rows. */
    long rowCount();

    /** Returns the size of the label space; every label id is below it. */
    int classCount();

    /** Returns the row's key. */
    SampleKey key(long row);

    /** Returns whether the row takes no part: a list of keys to drop names its image. */
    default boolean dropped(long row) {
        return false;
    }

    /** Returns how many rows {@link #dropped} names. */
    default long droppedCount() {
        return 0;
    }

    /**
     * Reads the encoded image (JPEG, PNG, WebP) as it was imported.
     *
     * @param scratch direct buffer that is cleared and used when it is large enough
     * @return {@code scratch}, or a new, larger direct buffer; position 0, limit = image length
     */
    ByteBuffer readImage(long row, ByteBuffer scratch);

    /** Returns how many bytes of a far store are kept near at a time; empty for one at hand. */
    default OptionalLong nearBytes() {
        return OptionalLong.empty();
    }

    /** Returns the bytes of a far store. */
    default long bytes() {
        return 0;
    }

    /** Hints that a row's image is read soon; does not wait for it. */
    default void willNeed(long row) {}

    /** Returns the labels as they were observed: noisy, not filled upward. */
    Labels labels(long row);

    /** Returns the clean labels (confidence 1, maybe none at all) where the truth is known. */
    Optional<Labels> cleanLabels(long row);

    /** Returns what is known of places in the image. */
    default Optional<Annotations> annotations(long row) {
        return Optional.empty();
    }

    /** Says where the row lies, for reports: shard file, row within it, original path. */
    String locate(long row);

    /**
     * Returns the hash over all shards' checksums, the taxonomy and what else was asked for: equal
     * means same content.
     */
    String fingerprint();

    @Override
    void close();
}
