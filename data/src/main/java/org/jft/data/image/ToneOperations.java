package org.jft.data.image;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Changes of a square uint8 RGB image, in place, that map each value of a channel to another by a
 * table, as PIL.ImageOps defines them.
 */
final class ToneOperations implements AutoCloseable {
    private static final int VALUES = 256;
    private static final int MAX = 255;
    private static final int CHANNELS = 3;

    private final BytePointer tableMemory = new BytePointer((long) VALUES * CHANNELS);
    private final ByteBuffer table = tableMemory.asBuffer(); // [256, 3]
    private final Mat tableMat = new Mat(1, VALUES, CV_8UC3, tableMemory);

    private final BytePointer copyMemory;
    private final ByteBuffer copy;
    private final Mat copyMat;
    private final byte[] bytes;
    private final int[][] histogram = new int[CHANNELS][VALUES];

    ToneOperations(int side) {
        this.bytes = new byte[side * side * CHANNELS];
        this.copyMemory = new BytePointer(bytes.length);
        this.copy = copyMemory.asBuffer();
        this.copyMat = new Mat(side, side, CV_8UC3, copyMemory);
    }

    /** Keeps the highest bits of every value. */
    void posterize(Mat image, int bits) {
        int mask = MAX << 8 - bits;
        for (int value = 0; value < VALUES; value++) {
            putAll(value, value & mask);
        }
        opencv_core.LUT(image, tableMat, image);
    }

    /** Inverts the values from a threshold on. */
    void solarize(Mat image, double threshold) {
        for (int value = 0; value < VALUES; value++) {
            putAll(value, value >= threshold ? MAX - value : value);
        }
        opencv_core.LUT(image, tableMat, image);
    }

    /** Stretches each channel over the whole range; one of a single value stays. */
    void autoContrast(Mat image) {
        count(image);
        for (int channel = 0; channel < CHANNELS; channel++) {
            int[] counts = histogram[channel];
            int low = 0;
            while (counts[low] == 0) {
                low++;
            }
            int high = MAX;
            while (counts[high] == 0) {
                high--;
            }
            for (int value = 0; value < VALUES; value++) {
                double stretched =
                        low == high ? value : MAX * (value - low) / (double) (high - low);
                put(value, channel, (int) Math.rint(Math.max(0, Math.min(MAX, stretched))));
            }
        }
        opencv_core.LUT(image, tableMat, image);
    }

    /** Makes the values of each channel about equally frequent. */
    void equalize(Mat image) {
        count(image);
        for (int channel = 0; channel < CHANNELS; channel++) {
            int[] counts = histogram[channel];
            int last = MAX;
            while (counts[last] == 0) {
                last--;
            }
            int step = (bytes.length / CHANNELS - counts[last]) / MAX;
            int below = step / 2;
            for (int value = 0; value < VALUES; value++) {
                put(value, channel, step == 0 ? value : Math.min(MAX, below / step));
                below += counts[value];
            }
        }
        opencv_core.LUT(image, tableMat, image);
    }

    @Override
    public void close() {
        tableMat.close();
        tableMemory.close();
        copyMat.close();
        copyMemory.close();
    }

    private void putAll(int value, int to) {
        for (int channel = 0; channel < CHANNELS; channel++) {
            put(value, channel, to);
        }
    }

    private void put(int value, int channel, int to) {
        table.put(value * CHANNELS + channel, (byte) to);
    }

    private void count(Mat image) {
        image.copyTo(copyMat);
        copy.get(0, bytes);
        for (int[] counts : histogram) {
            Arrays.fill(counts, 0);
        }
        for (int i = 0; i < bytes.length; i += CHANNELS) {
            histogram[0][bytes[i] & MAX]++;
            histogram[1][bytes[i + 1] & MAX]++;
            histogram[2][bytes[i + 2] & MAX]++;
        }
    }
}
