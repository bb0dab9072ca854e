package org.jft.data.ingest;

import java.io.IOException;
import java.util.List;

/** Images with labels, somewhere. Listing is cheap; images are read one by one, maybe twice. */
public interface Source {
    /** Lists every image, always in the same order. */
    List<Entry> entries();

    /**
     * Reads an image's encoded bytes. Thread-safe.
     *
     * @throws IOException when it cannot be read; the importer quarantines it
     */
    byte[] read(Entry entry) throws IOException;

    /** Names that take the first class ids in this order; the rest follows by depth and name. */
    default List<String> firstClasses() {
        return List.of();
    }

    /** Lines worth telling the user: what was left aside, and why. */
    default List<String> remarks() {
        return List.of();
    }
}
