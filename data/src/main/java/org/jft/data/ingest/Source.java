package org.jft.data.ingest;

import java.io.IOException;
import java.util.List;

/** Images with labels, somewhere. Listing is cheap; images are read one by one, maybe twice. */
public interface Source extends AutoCloseable {
    /** Lists every image, always in the same order. */
    List<Entry> entries();

    /**
     * Starts to read an image. Called by one thread, in the order of the entries, some of which may
     * be left out; an earlier entry starts a new pass. So a compressed archive can be followed,
     * while files are read by many threads.
     */
    ImageBytes read(Entry entry);

    /** An image's encoded bytes, which are there or on their way. */
    @FunctionalInterface
    interface ImageBytes {
        /**
         * Returns them. Any thread, once.
         *
         * @throws UnusableImageException when the source knows that the image is of no use
         * @throws IOException when it cannot be read; the importer quarantines both
         */
        byte[] get() throws IOException, UnusableImageException;
    }

    /** Names that take the first class ids in this order; the rest follows by depth and name. */
    default List<String> firstClasses() {
        return List.of();
    }

    /** Lines worth telling the user: what was left aside, and why. */
    default List<String> remarks() {
        return List.of();
    }

    /** Lets go of open files. */
    @Override
    default void close() {}
}
