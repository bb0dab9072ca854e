package org.jft.data.store;

import java.nio.ByteBuffer;

/**
 * A file that is read at random and must stay as it was when it was opened. Thread-safe; but do not
 * interrupt a thread that reads: the JDK then closes a local file for all threads.
 */
public interface StoredFile extends AutoCloseable {
    /** Returns its whole name, for messages. */
    String location();

    /** Returns its size, bytes. */
    long length();

    /**
     * Fills a buffer, from its position to its limit.
     *
     * @param position of the first byte, from the start of the file
     * @throws org.jft.core.failure.CorruptDataException naming the file once it is truncated,
     *     changed or gone
     * @throws StoreException when it cannot be read for now
     */
    void read(long position, ByteBuffer into);

    /** Hints that these bytes are read soon; returns at once. Bytes past the end are ignored. */
    void prefetch(long position, long bytes);

    /**
     * Says that these bytes came wrong: the next read gets them from the store, not from a cache.
     */
    void forget(long position, long bytes);

    @Override
    void close();
}
