package org.jft.data.image;

import java.nio.ByteBuffer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jft.data.header.ImageHeader;
import org.jft.data.header.Orientation;

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
        Orientation orientation = orientation(encoded);
        if (orientation == Orientation.UPRIGHT) {
            return stored;
        }
        Mat upright = new Mat();
        turn(orientation, stored, upright);
        return upright;
    }

    /** Returns how the camera was held, by the EXIF tag of a file. */
    public static Orientation orientation(byte[] encoded) {
        return ImageHeader.read(ByteBuffer.wrap(encoded)).orientation();
    }

    /** Writes the upright image of {@code stored} to {@code upright}, another Mat. */
    static void turn(Orientation orientation, Mat stored, Mat upright) {
        if (orientation.transposes()) {
            opencv_core.transpose(stored, upright);
        } else {
            stored.copyTo(upright);
        }
        if (orientation.leftRight()) {
            opencv_core.flip(upright, upright, 1);
        }
        if (orientation.upDown()) {
            opencv_core.flip(upright, upright, 0);
        }
    }
}
