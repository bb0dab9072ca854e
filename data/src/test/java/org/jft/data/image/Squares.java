package org.jft.data.image;

import java.nio.ByteBuffer;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Square uint8 RGB images in direct memory, seen by OpenCV and by the test. */
record Squares(int side, ByteBuffer pixels, Mat mat) {
    static Squares blank(int side) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(side * side * 3);
        return new Squares(
                side, pixels, new Mat(side, side, opencv_core.CV_8UC3, new BytePointer(pixels)));
    }

    /** Every value between 0 and 255 at random; some pixels grey, black or white. */
    static Squares noise(int side, Random random) {
        Squares square = blank(side);
        for (int i = 0; i < side * side; i++) {
            int grey = random.nextInt(256);
            for (int c = 0; c < 3; c++) {
                int value =
                        switch (i % 8) {
                            case 0 -> grey;
                            case 1 -> grey < 128 ? 0 : 255;
                            default -> random.nextInt(256);
                        };
                square.pixels.put(3 * i + c, (byte) value);
            }
        }
        return square;
    }

    static Squares plain(int side, int red, int green, int blue) {
        Squares square = blank(side);
        for (int i = 0; i < side * side; i++) {
            square.pixels.put(3 * i, (byte) red);
            square.pixels.put(3 * i + 1, (byte) green);
            square.pixels.put(3 * i + 2, (byte) blue);
        }
        return square;
    }

    int get(int x, int y, int channel) {
        return pixels.get(3 * (y * side + x) + channel) & 0xff;
    }

    /** Returns all values, [side * side * 3]. */
    double[] values() {
        double[] values = new double[side * side * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = pixels.get(i) & 0xff;
        }
        return values;
    }
}
