package org.jft.data.image;

import static com.google.common.base.Preconditions.checkArgument;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Mixes two images of a batch with each other, in place; no other image is touched. Owns native
 * memory; one thread at a time.
 */
public final class PairMixer implements AutoCloseable {
    private static final int CHANNELS = 3;

    private final int side;
    private final int imageBytes;
    private final byte[] firstRow;
    private final byte[] secondRow;
    private final Mat blended = new Mat();

    // Views of the caller's batch, moved from image to image.
    private Mat firstMat = new Mat();
    private Mat secondMat = new Mat();
    private BytePointer batchStart;
    private ByteBuffer batchBuffer;

    /**
     * @param side of the square images, pixels
     */
    public PairMixer(int side) {
        this.side = side;
        this.imageBytes = side * side * CHANNELS;
        this.firstRow = new byte[side * CHANNELS];
        this.secondRow = new byte[side * CHANNELS];
    }

    /**
     * Makes each image the weighted mean of both, rounded.
     *
     * @param batch direct; position and limit are ignored
     * @param share weight of an image in its own place, in [0, 1]
     */
    public void blend(ByteBuffer batch, int first, int second, double share) {
        checkPair(batch, first, second);
        pointTo(batch, first, second);
        opencv_core.addWeighted(firstMat, share, secondMat, 1 - share, 0, blended);
        opencv_core.addWeighted(firstMat, 1 - share, secondMat, share, 0, secondMat);
        blended.copyTo(firstMat);
    }

    /** Swaps the pixels of a box, columns left to right and rows top to bottom (exclusive). */
    public void swap(
            ByteBuffer batch, int first, int second, int left, int top, int right, int bottom) {
        checkPair(batch, first, second);
        checkArgument(
                0 <= left && left <= right && right <= side && 0 <= top && bottom <= side,
                "the box [%s, %s) x [%s, %s) leaves the image of side %s",
                left,
                right,
                top,
                bottom,
                side);
        int length = (right - left) * CHANNELS;
        for (int y = top; y < bottom; y++) {
            int offset = (y * side + left) * CHANNELS;
            batch.get(first * imageBytes + offset, firstRow, 0, length);
            batch.get(second * imageBytes + offset, secondRow, 0, length);
            batch.put(first * imageBytes + offset, secondRow, 0, length);
            batch.put(second * imageBytes + offset, firstRow, 0, length);
        }
    }

    @Override
    public void close() {
        firstMat.close();
        secondMat.close();
        blended.close();
        batchBuffer = null;
    }

    private void checkPair(ByteBuffer batch, int first, int second) {
        long images = batch.capacity() / imageBytes;
        checkArgument(
                first != second && 0 <= first && first < images && 0 <= second && second < images,
                "no two images of the batch: first=%s, second=%s, images=%s",
                first,
                second,
                images);
    }

    private void pointTo(ByteBuffer batch, int first, int second) {
        if (batch != batchBuffer) {
            firstMat.close();
            secondMat.close();
            batchStart = new BytePointer(batch.duplicate().clear());
            firstMat = new Mat(1, imageBytes, CV_8UC1, batchStart);
            secondMat = new Mat(1, imageBytes, CV_8UC1, batchStart);
            batchBuffer = batch; // also keeps the memory alive
        }
        firstMat.data(batchStart.position((long) first * imageBytes));
        secondMat.data(batchStart.position((long) second * imageBytes));
    }
}
