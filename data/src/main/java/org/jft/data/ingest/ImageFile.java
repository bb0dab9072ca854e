package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jft.data.annotation.Annotations;

/** An image that is a file of its own. */
final class ImageFile {
    private ImageFile() {}

    /** Reads it, unless it is too large to be a photograph. */
    static byte[] read(Path file) throws IOException, UnusableImageException {
        checkSize(Files.size(file));
        return Files.readAllBytes(file);
    }

    /** The same, of an image whose annotations are of a known size. */
    static byte[] read(Path file, Annotations annotations)
            throws IOException, UnusableImageException {
        byte[] image = read(file);
        ImageHeader header = ImageHeader.of(image);
        if (header.width() != annotations.width() || header.height() != annotations.height()) {
            throw new UnusableImageException(
                    "has %dx%d pixels as it is stored, its annotations are of %dx%d"
                            .formatted(
                                    header.width(),
                                    header.height(),
                                    annotations.width(),
                                    annotations.height()));
        }
        return image;
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
