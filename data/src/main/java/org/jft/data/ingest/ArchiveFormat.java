package org.jft.data.ingest;

import java.io.IOException;
import java.io.Serializable;
import org.jft.data.archive.ForwardFile;

/** A kind of archive: finds the images in one, and what their labels say. Thread-safe. */
public sealed interface ArchiveFormat extends Serializable
        permits WebDatasetFormat, TfRecordFormat {
    /** Larger images are no photographs; every thread may hold one. */
    int MAX_IMAGE_BYTES = 64 << 20;

    /** Names of numbered classes. */
    ClassNames classNames();

    /**
     * Lists an archive from front to back.
     *
     * @param index takes what was found, also when the archive breaks off
     */
    void list(ForwardFile archive, ArchiveIndex index) throws IOException;
}
