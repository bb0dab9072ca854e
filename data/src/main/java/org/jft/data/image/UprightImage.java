package org.jft.data.image;

import java.nio.ByteBuffer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Orientation of images that are decoded elsewhere: the same as training sees. */
public final class UprightImage {
    private UprightImage() {}

    /**
     * Turns an image upright.
     *
     * @param encoded the file, whose EXIF tag says how the camera was held
     * @param stored its pixels as they are stored; returned when they are upright already
     */
    public static Mat of(byte[] encoded, Mat stored) {
        Orientation orientation = ImageHeader.read(ByteBuffer.wrap(encoded)).orientation();
        if (orientation == Orientation.UPRIGHT) {
            return stored;
        }
        Mat upright = new Mat();
        orientation.apply(stored, upright);
        return upright;
    }
}
