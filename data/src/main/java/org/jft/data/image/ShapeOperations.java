package org.jft.data.image;

import static org.bytedeco.opencv.global.opencv_core.BORDER_CONSTANT;
import static org.bytedeco.opencv.global.opencv_core.CV_32FC1;
import static org.bytedeco.opencv.global.opencv_core.CV_64FC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_NEAREST;
import static org.bytedeco.opencv.global.opencv_imgproc.WARP_INVERSE_MAP;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Moves pixels of a square uint8 RGB image, or mixes them with their neighbours, in place, as
 * torchvision.transforms.functional defines it. What is moved takes the nearest pixel; black comes
 * in from outside.
 */
final class ShapeOperations implements AutoCloseable {
    private static final int NEAREST = INTER_NEAREST | WARP_INVERSE_MAP;
    private static final int KERNEL = 3;
    private static final double CENTRE_WEIGHT = 5;
    private static final double KERNEL_SUM = CENTRE_WEIGHT + KERNEL * KERNEL - 1;

    private final double middle;
    private final Size size;
    private final Scalar black = new Scalar(0, 0, 0, 0);
    private final DoublePointer mapMemory = new DoublePointer(6);
    private final DoubleBuffer map = mapMemory.asBuffer();

    /** From a pixel (x, y, 1) of the result to where it comes from, [2, 3]. */
    private final Mat mapMat = new Mat(2, 3, CV_64FC1, mapMemory);

    private final FloatPointer kernelMemory = new FloatPointer((long) KERNEL * KERNEL);
    private final FloatBuffer kernel = kernelMemory.asBuffer();
    private final Mat kernelMat = new Mat(KERNEL, KERNEL, CV_32FC1, kernelMemory);
    private final Mat copy;
    private final Mat filtered;
    private final Mat innerCopy;
    private final Mat innerFiltered;

    ShapeOperations(int side) {
        this.middle = (side - 1) / 2.0;
        this.size = new Size(side, side);
        this.copy = new Mat(side, side, CV_8UC3);
        this.filtered = new Mat(side, side, CV_8UC3);
        int border = side < KERNEL ? 0 : 1;
        try (Rect inner = new Rect(border, border, side - 2 * border, side - 2 * border)) {
            this.innerCopy = copy.apply(inner);
            this.innerFiltered = filtered.apply(inner);
        }
    }

    /** Moves each row by slope times its distance from the upper edge. */
    void shearX(Mat image, double slope) {
        warp(image, 1, slope, slope / 2, 0, 1, 0);
    }

    /** Moves each column by slope times its distance from the left edge. */
    void shearY(Mat image, double slope) {
        warp(image, 1, 0, 0, slope, 1, slope / 2);
    }

    /** Moves the image; positive is right and down. */
    void translate(Mat image, int right, int down) {
        warp(image, 1, 0, -right, 0, 1, -down);
    }

    /** Turns the image about its centre, counter-clockwise. */
    void rotate(Mat image, double degrees) {
        double cos = StrictMath.cos(StrictMath.toRadians(degrees));
        double sin = StrictMath.sin(StrictMath.toRadians(degrees));
        double x = middle * (1 - cos + sin);
        double y = middle * (1 - cos - sin);
        warp(image, cos, -sin, x, sin, cos, y);
    }

    /**
     * Multiplies the distance to the smoothed image, in which a pixel weighs 5 and each of its
     * neighbours 1. Pixels on the border have not all neighbours and stay.
     */
    void sharpness(Mat image, double factor) {
        for (int i = 0; i < KERNEL * KERNEL; i++) {
            boolean centre = i == KERNEL * KERNEL / 2;
            double smooth = (centre ? CENTRE_WEIGHT : 1) / KERNEL_SUM;
            kernel.put(i, (float) ((centre ? factor : 0) + (1 - factor) * smooth));
        }
        image.copyTo(copy);
        opencv_imgproc.filter2D(copy, filtered, -1, kernelMat);
        if (size.width() >= KERNEL) {
            innerFiltered.copyTo(innerCopy);
            copy.copyTo(image);
        }
    }

    @Override
    public void close() {
        innerCopy.close();
        innerFiltered.close();
        copy.close();
        filtered.close();
        mapMat.close();
        mapMemory.close();
        kernelMat.close();
        kernelMemory.close();
        size.close();
        black.close();
    }

    /** Takes pixel (x, y) from (xx x + xy y + x1, yx x + yy y + y1). */
    private void warp(Mat image, double xx, double xy, double x1, double yx, double yy, double y1) {
        map.put(0, xx).put(1, xy).put(2, x1).put(3, yx).put(4, yy).put(5, y1);
        opencv_imgproc.warpAffine(image, copy, mapMat, size, NEAREST, BORDER_CONSTANT, black);
        copy.copyTo(image);
    }
}
