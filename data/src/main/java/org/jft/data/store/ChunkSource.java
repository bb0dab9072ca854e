package org.jft.data.store;

/** Where chunks come from when no cache has them. Thread-safe. */
@FunctionalInterface
interface ChunkSource {
    /**
     * Fetches some bytes of an object; returns them all or throws.
     *
     * @throws org.jft.core.failure.CorruptDataException when it is not the object it was
     * @throws StoreException when it cannot be read for now
     */
    byte[] fetch(S3Object object, long position, int length);
}
