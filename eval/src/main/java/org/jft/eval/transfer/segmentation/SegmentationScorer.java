package org.jft.eval.transfer.segmentation;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Scores a semantic segmentation over a held-out set, image by image, by the confusion matrix of
 * its pixels: Pascal VOC's mean intersection over union. Not thread-safe; scorers that saw
 * different images {@link #merge}, in any order to the same scores.
 *
 * <pre>
 *   IoU_k = pixels that are k and predicted k  /  pixels that are k or predicted k
 *   mIoU  = mean over the classes, the background among them, that are in the truth or predicted
 * </pre>
 *
 * <p>Pixels are pooled over images, so a large object weighs more than a small one. Pixels of truth
 * 255, the borders and hard regions of VOC, do not count, whatever is predicted there. The VOC kit
 * has no number for a class that is neither in the truth nor predicted; here it is left out. One
 * that is only predicted counts with 0.
 *
 * <p>Memory: K x K longs, whatever the number of images.
 */
public final class SegmentationScorer {
    /** The truth of pixels that do not count. */
    public static final int IGNORED = 255;

    private final int classCount;
    private final long[] confusion; // [K, K]: pixels by truth (row) and prediction
    private long images;

    /**
     * @param classCount K, the background among them; at most 255
     */
    public SegmentationScorer(int classCount) {
        checkArgument(
                0 < classCount && classCount <= IGNORED, "%s classes of 1 to 255", classCount);
        this.classCount = classCount;
        confusion = new long[classCount * classCount];
    }

    /**
     * Counts one image, or nothing if a label is out of range.
     *
     * @param image its id, for messages
     * @param predicted [H, W], a class as an unsigned byte
     * @param truth [H, W], a class as an unsigned byte or {@link #IGNORED}
     */
    public void accept(long image, byte[] predicted, byte[] truth) {
        checkArgument(
                predicted.length == truth.length,
                "image %s has %s predicted pixels and %s true ones",
                image,
                predicted.length,
                truth.length);
        for (int i = 0; i < truth.length; i++) {
            int label = Byte.toUnsignedInt(truth[i]);
            require(label < classCount || label == IGNORED, image, i, "truth", label);
            int guess = Byte.toUnsignedInt(predicted[i]);
            require(guess < classCount, image, i, "prediction", guess);
        }
        for (int i = 0; i < truth.length; i++) {
            int label = Byte.toUnsignedInt(truth[i]);
            if (label != IGNORED) {
                confusion[label * classCount + Byte.toUnsignedInt(predicted[i])]++;
            }
        }
        images++;
    }

    /** Adds what another scorer of the same classes has counted. */
    public void merge(SegmentationScorer other) {
        checkArgument(
                classCount == other.classCount,
                "%s classes cannot be merged with %s",
                classCount,
                other.classCount);
        Arrays.setAll(confusion, i -> confusion[i] + other.confusion[i]);
        images += other.images;
    }

    /** Returns the scores over all images accepted so far. */
    public SegmentationScores scores() {
        long pixels = Arrays.stream(confusion).sum();
        if (pixels == 0) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "none of %d held-out images has a pixel that counts".formatted(images));
        }
        double[] iou = new double[classCount];
        long right = 0;
        for (int k = 0; k < classCount; k++) {
            long both = confusion[k * classCount + k];
            long either = -both;
            for (int j = 0; j < classCount; j++) {
                either += confusion[k * classCount + j] + confusion[j * classCount + k];
            }
            iou[k] = either == 0 ? Double.NaN : (double) both / either;
            right += both;
        }
        double mean = Arrays.stream(iou).filter(x -> !Double.isNaN(x)).average().orElseThrow();
        return new SegmentationScores(mean, (double) right / pixels, iou, pixels, images);
    }

    private void require(boolean holds, long image, int pixel, String what, int label) {
        if (!holds) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the %s of pixel %d of image %d is class %d of %d"
                            .formatted(what, pixel, image, label, classCount));
        }
    }
}
