package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An image that is a file of its own. */
final class ImageFile {
    private ImageFile() {}

    /** Reads it, unless it is too large to be a photograph. */
    static byte[] read(Path file) throws IOException, UnusableImageException {
        checkSize(Files.size(file));
        return Files.readAllBytes(file);
    }

    /** Throws when an image has more bytes than {@link ArchiveFormat#MAX_IMAGE_BYTES}. */
    static void checkSize(long bytes) throws UnusableImageException {
        if (bytes > ArchiveFormat.MAX_IMAGE_BYTES) {
            throw new UnusableImageException(
                    "has %,d bytes, above the limit of %,d"
                            .formatted(bytes, ArchiveFormat.MAX_IMAGE_BYTES));
        }
    }
}
