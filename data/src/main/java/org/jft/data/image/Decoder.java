package org.jft.data.image;

import static org.bytedeco.opencv.global.opencv_core.CV_16U;
import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jft.data.header.ImageHeader;
import org.jft.data.header.Orientation;

/**
 * Encoded bytes to an upright, opaque, 8-bit RGB image in memory that is reused. One thread.
 *
 * <pre>
 *   opaque (nearly all):  imdecode to RGB ------------------------------------+-> turn upright
 *   transparent:          imdecode as stored -> 8 bits -> white background ---+
 * </pre>
 */
final class Decoder implements AutoCloseable {
    private static final int DECODE_OPAQUE = IMREAD_COLOR_RGB | IMREAD_IGNORE_ORIENTATION;
    private static final double SIXTEEN_TO_EIGHT_BITS = 1 / 257.0;

    /** Images above this size are freed at once instead of kept for reuse. */
    private static final long KEPT_PIXELS = 8_000_000;

    static {
        // Decoding threads are the parallelism; OpenCV's own pool would fight them for the cores.
        opencv_core.setNumThreads(1);
    }

    private final WhiteBackground white = new WhiteBackground();
    private final Mat decoded = new Mat();
    private final Mat eightBit = new Mat();
    private final Mat opaque = new Mat();
    private final Mat upright = new Mat();

    /** A Mat over the caller's buffer, rebuilt only when the caller brings another one. */
    private Mat input = new Mat();

    private ByteBuffer inputBuffer;
    private String problem;

    /**
     * Decodes an image.
     *
     * @param encoded direct; position 0 to limit is one file
     * @return 8-bit RGB, header.width() x header.height(), valid until the next call; or null, and
     *     {@link #problem} says why
     */
    Mat decode(ByteBuffer encoded, ImageHeader header) {
        wrap(encoded);
        problem = null;
        Mat image = header.alpha() ? decodeTransparent() : decodeAs(DECODE_OPAQUE);
        if (image == null) {
            return null;
        }
        if (header.orientation() != Orientation.UPRIGHT) {
            UprightImage.turn(header.orientation(), image, upright);
            image = upright;
        }
        if (image.cols() != header.width() || image.rows() != header.height()) {
            problem =
                    "decodes to %d x %d pixels, but its header says %d x %d"
                            .formatted(image.cols(), image.rows(), header.width(), header.height());
            return null;
        }
        return image;
    }

    /** Returns why the last {@link #decode} returned null, on one line. */
    String problem() {
        return problem;
    }

    /** Gives back the memory of an unusually large image; otherwise it is kept for the next. */
    void trim(ImageHeader header) {
        if (header.pixels() > KEPT_PIXELS) {
            decoded.release();
            eightBit.release();
            opaque.release();
            upright.release();
        }
    }

    @Override
    public void close() {
        decoded.close();
        eightBit.close();
        opaque.close();
        upright.close();
        input.close();
        inputBuffer = null;
    }

    private void wrap(ByteBuffer encoded) {
        if (encoded != inputBuffer) {
            input.close();
            BytePointer start = new BytePointer(encoded.duplicate().clear());
            input = new Mat(1, encoded.capacity(), CV_8UC1, start);
            inputBuffer = encoded; // also keeps the memory alive
        }
        input.cols(encoded.limit());
    }

    private Mat decodeTransparent() {
        Mat image = decodeAs(IMREAD_UNCHANGED);
        if (image == null) {
            return null;
        }
        if (image.depth() == CV_16U) {
            image.convertTo(eightBit, CV_8U, SIXTEEN_TO_EIGHT_BITS, 0);
            image = eightBit;
        }
        white.apply(image, opaque);
        return opaque;
    }

    private Mat decodeAs(int flags) {
        try (Mat result = opencv_imgcodecs.imdecode(input, flags, decoded)) {
            if (!result.empty()) {
                return decoded;
            }
            problem = "corrupt or cut off: the decoder refuses it";
        } catch (RuntimeException e) { // a cv::Exception: the library's view of a bad file
            problem = "the decoder failed: " + firstLine(e);
        }
        return null;
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no message");
    }
}
