package org.jft.data.image;

import java.nio.ByteBuffer;

/**
 * The size of an encoded image as it is stored, before its EXIF orientation turns it.
 *
 * @param width pixels; 0 when this is no image we read
 * @param height pixels
 */
public record ImageSize(int width, int height) {
    /** Reads a header; never throws. Position 0 to limit is one file. */
    public static ImageSize of(ByteBuffer encoded) {
        ImageHeader header = ImageHeader.read(encoded);
        return header.orientation().transposes()
                ? new ImageSize(header.height(), header.width())
                : new ImageSize(header.width(), header.height());
    }
}
