package org.jft.bench.dedup;

import static org.bytedeco.opencv.global.opencv_core.BORDER_CONSTANT;
import static org.bytedeco.opencv.global.opencv_core.addWeighted;
import static org.bytedeco.opencv.global.opencv_core.copyMakeBorder;
import static org.bytedeco.opencv.global.opencv_core.flip;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGR2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_GRAY2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.rectangle;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import java.util.random.RandomGenerator;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** What happens to pictures on the web. The result is a JPEG. */
enum Alteration {
    JPEG_50("JPEG, quality 50", 50, (from, to, random) -> from.copyTo(to)),
    JPEG_20("JPEG, quality 20", 20, (from, to, random) -> from.copyTo(to)),
    HALF("half the size", 85, (from, to, random) -> shrink(from, to, 0.5, 0.5)),
    FIFTH("a fifth of the size", 85, (from, to, random) -> shrink(from, to, 0.2, 0.2)),
    SQUEEZED("a fifth narrower", 85, (from, to, random) -> shrink(from, to, 0.8, 1)),
    MIRRORED("mirrored", 85, (from, to, random) -> flip(from, to, 1)),
    BRIGHTER("10% brighter", 85, (from, to, random) -> from.convertTo(to, -1, 1, 25)),
    CONTRAST("contrast x 1.3", 85, (from, to, random) -> from.convertTo(to, -1, 1.3, -38)),
    SATURATED("saturation x 1.4", 85, (from, to, random) -> saturate(from, to, 1.4)),
    GREY("grey", 85, (from, to, random) -> saturate(from, to, 0)),
    CROP_2("2% cropped off", 85, (from, to, random) -> crop(from, to, 0.02, random)),
    CROP_5("5% cropped off", 85, (from, to, random) -> crop(from, to, 0.05, random)),
    CROP_10("10% cropped off", 85, (from, to, random) -> crop(from, to, 0.1, random)),
    CROP_20("20% cropped off", 85, (from, to, random) -> crop(from, to, 0.2, random)),
    BORDER("white border of 2%", 85, (from, to, random) -> border(from, to, 0.02)),
    LOGO("white box of 2.7%", 85, (from, to, random) -> logo(from, to));

    private static final Scalar WHITE = new Scalar(255, 255, 255, 0);

    final String title;
    final int jpegQuality;
    private final Change change;

    /** Writes an altered picture into {@code to}. */
    private interface Change {
        void apply(Mat from, Mat to, RandomGenerator random);
    }

    Alteration(String title, int jpegQuality, Change change) {
        this.title = title;
        this.jpegQuality = jpegQuality;
        this.change = change;
    }

    /** Alters an 8-bit BGR picture; the caller closes the result. */
    Mat apply(Mat picture, RandomGenerator random) {
        Mat altered = new Mat();
        change.apply(picture, altered, random);
        return altered;
    }

    private static void shrink(Mat from, Mat to, double x, double y) {
        try (Size size = new Size((int) (from.cols() * x), (int) (from.rows() * y))) {
            resize(from, to, size, 0, 0, INTER_AREA);
        }
    }

    private static void saturate(Mat from, Mat to, double factor) {
        try (Mat grey = new Mat();
                Mat three = new Mat()) {
            cvtColor(from, grey, COLOR_BGR2GRAY);
            cvtColor(grey, three, COLOR_GRAY2BGR);
            addWeighted(from, factor, three, 1 - factor, 0, to);
        }
    }

    /** Takes a share off the width and the height, at a random place. */
    private static void crop(Mat from, Mat to, double share, RandomGenerator random) {
        int width = (int) (from.cols() * (1 - share));
        int height = (int) (from.rows() * (1 - share));
        int left = random.nextInt(from.cols() - width + 1);
        int top = random.nextInt(from.rows() - height + 1);
        try (Rect box = new Rect(left, top, width, height);
                Mat part = new Mat(from, box)) {
            part.copyTo(to);
        }
    }

    private static void border(Mat from, Mat to, double share) {
        int width = (int) (from.cols() * share);
        copyMakeBorder(from, to, width, width, width, width, BORDER_CONSTANT, WHITE);
    }

    /** A box in the lower right corner, where logos stand. */
    private static void logo(Mat from, Mat to) {
        from.copyTo(to);
        int width = (int) (from.cols() * 0.22);
        int height = (int) (from.rows() * 0.12);
        int left = from.cols() - width - from.cols() / 50;
        int top = from.rows() - height - from.rows() / 50;
        try (Rect box = new Rect(left, top, width, height)) {
            rectangle(to, box, WHITE, /* filled: */ -1, 8, 0);
        }
    }
}
