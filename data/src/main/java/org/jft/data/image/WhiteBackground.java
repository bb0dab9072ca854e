package org.jft.data.image;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Lays a transparent image over white, as a browser shows it: c * a + 255 * (1 - a), rounded.
 * Dropping alpha instead would show whatever colour the invisible pixels happen to have, most often
 * black. Transparent images are rare, so this runs in plain Java. One thread.
 */
final class WhiteBackground {
    private byte[] source = new byte[0];
    private byte[] target = new byte[0];

    /**
     * Writes the opaque RGB image of a decoded one.
     *
     * @param decoded 8-bit grey, BGR or BGRA; continuous
     * @param opaque becomes 8-bit RGB
     */
    void apply(Mat decoded, Mat opaque) {
        int channels = decoded.channels();
        if (channels == 1) {
            opencv_imgproc.cvtColor(decoded, opaque, opencv_imgproc.COLOR_GRAY2RGB);
        } else if (channels == 3) {
            opencv_imgproc.cvtColor(decoded, opaque, opencv_imgproc.COLOR_BGR2RGB);
        } else {
            opaque.create(decoded.rows(), decoded.cols(), opencv_core.CV_8UC3);
            composite(decoded, opaque);
        }
    }

    private void composite(Mat decoded, Mat opaque) {
        int columns = decoded.cols();
        if (source.length < 4 * columns) {
            source = new byte[4 * columns];
            target = new byte[3 * columns];
        }
        for (int row = 0; row < decoded.rows(); row++) {
            BytePointer from = decoded.ptr(row);
            from.get(source, 0, 4 * columns);
            for (int column = 0; column < columns; column++) {
                int at = 4 * column;
                int alpha = source[at + 3] & 0xff;
                for (int channel = 0; channel < 3; channel++) {
                    int colour = source[at + 2 - channel] & 0xff; // BGRA to RGB
                    int over = colour * alpha + 255 * (255 - alpha);
                    target[3 * column + channel] = (byte) ((over + 127) / 255);
                }
            }
            opaque.ptr(row).put(target, 0, 3 * columns);
        }
    }
}
