package org.jft.data.image;

import static org.bytedeco.opencv.global.opencv_core.CV_32FC1;
import static org.bytedeco.opencv.global.opencv_core.CV_32FC3;
import static org.bytedeco.opencv.global.opencv_core.CV_32S;
import static org.bytedeco.opencv.global.opencv_core.CV_32SC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.REDUCE_SUM;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_HSV2RGB;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2HSV;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Changes of colour of a square uint8 RGB image, in place, as torchvision.transforms.functional
 * defines them on tensors, but rounded to the nearest integer instead of down. A factor of 1
 * changes nothing.
 *
 * <p>Each is an affine map of a pixel, [3, 4] coefficients times (r, g, b, 1), cut off to 0..255;
 * that of the hue is on (h, s, v). OpenCV keeps coefficients on bytes to 1/1024.
 */
final class ColorOperations implements AutoCloseable {
    /** Of ITU-R BT.601: how much of a pixel's grey is red, green and blue. */
    private static final double[] GREY = {0.299, 0.587, 0.114};

    private static final int ROW = 4; // coefficients of one channel of the result
    private static final int DEGREES = 360;

    private final int side;
    private final FloatPointer coefficientMemory = new FloatPointer(3L * ROW);
    private final FloatBuffer coefficients = coefficientMemory.asBuffer();
    private final Mat matrix = new Mat(3, ROW, CV_32FC1, coefficientMemory);
    private final IntPointer sumMemory;
    private final IntBuffer sums;

    /** Sums over the rows of an image, [side, 3]. */
    private final Mat columnSums;

    private final Mat unit = new Mat(); // RGB in [0, 1]
    private final Mat hsv = new Mat();

    ColorOperations(int side) {
        this.side = side;
        this.sumMemory = new IntPointer(3L * side);
        this.sums = sumMemory.asBuffer();
        this.columnSums = new Mat(1, side, CV_32SC3, sumMemory);
    }

    /** Multiplies every value. */
    void brightness(Mat image, double factor) {
        towards(factor, 0);
        opencv_core.transform(image, image, matrix);
    }

    /** Multiplies the distance to the mean grey of the image. */
    void contrast(Mat image, double factor) {
        towards(factor, meanGrey(image));
        opencv_core.transform(image, image, matrix);
    }

    /** Multiplies the distance to the pixel's own grey. */
    void saturation(Mat image, double factor) {
        for (int to = 0; to < 3; to++) {
            for (int from = 0; from < 3; from++) {
                double own = to == from ? factor : 0;
                coefficients.put(to * ROW + from, (float) (own + (1 - factor) * GREY[from]));
            }
            coefficients.put(to * ROW + 3, 0);
        }
        opencv_core.transform(image, image, matrix);
    }

    /** Turns the colour circle; red turned by 1/3 is green. */
    void hue(Mat image, double turns) {
        image.convertTo(unit, CV_32FC3, 1 / 255.0, 0);
        opencv_imgproc.cvtColor(unit, hsv, COLOR_RGB2HSV);
        towards(1, 0);
        // OpenCV takes hues above 360 degrees, not below 0.
        coefficients.put(3, (float) (DEGREES * (turns - Math.floor(turns))));
        opencv_core.transform(hsv, hsv, matrix);
        opencv_imgproc.cvtColor(hsv, unit, COLOR_HSV2RGB);
        unit.convertTo(image, CV_8UC3, 255, 0);
    }

    @Override
    public void close() {
        matrix.close();
        coefficientMemory.close();
        columnSums.close();
        sumMemory.close();
        unit.close();
        hsv.close();
    }

    /** Sets the map x -> factor * x + (1 - factor) * grey of each channel. */
    private void towards(double factor, double grey) {
        for (int to = 0; to < 3; to++) {
            for (int from = 0; from < 3; from++) {
                coefficients.put(to * ROW + from, to == from ? (float) factor : 0);
            }
            coefficients.put(to * ROW + 3, (float) ((1 - factor) * grey));
        }
    }

    private double meanGrey(Mat image) {
        opencv_core.reduce(image, columnSums, 0, REDUCE_SUM, CV_32S);
        double total = 0;
        for (int i = 0; i < 3 * side; i++) {
            total += GREY[i % 3] * sums.get(i);
        }
        return total / side / side;
    }
}
