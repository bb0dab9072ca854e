package org.jft.eval.transfer.classification;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Mean average precision over the best-scored images of each class: mAP@100 at depth 100, the
 * pre-training metric of Sun et al. 2017 (arXiv 1707.02968).
 *
 * <pre>
 *   AP_k = sum over ranks i <= depth that hit of precision_k(i)  /  min(depth, P_k)
 *   mAP  = sum_k w_k AP_k / sum_k w_k      over the classes k with P_k >= 1 held-out positives
 * </pre>
 *
 * <p>{@link #byFrequency} sets w_k = P_k. The paper weights a class by how common it is in
 * social-media photos, which is not public; give any other weights to {@link #weighted}.
 *
 * <p>Equal scores rank by lower row id, so a result depends neither on the order in which rows
 * arrive nor on how they are batched. Hand in logits, not sigmoids: float32 sigmoids saturate into
 * ties.
 *
 * <p>Memory: about 12 bytes x depth x classCount (22 MB for 18,291 classes), whatever the number of
 * images. Time: one comparison per image and class, plus a heap update when the image enters the
 * class's best. Not thread-safe.
 */
public final class MeanAveragePrecision {
    private final TopScored[] best;
    private final float[] enough; // [K]: below it no need to touch the heap; spares a cache miss
    private final long[] positives;
    private final BitSet current; // labels of the row being accepted; empty between calls
    private final BitSet ignored; // its classes of unknown truth; empty between calls
    private long images;

    /**
     * @param classCount K
     * @param depth images ranked per class; 100 in the paper
     */
    public MeanAveragePrecision(int classCount, int depth) {
        checkArgument(classCount > 0, "classCount must be positive: %s", classCount);
        checkArgument(depth > 0, "depth must be positive: %s", depth);
        best = new TopScored[classCount];
        Arrays.setAll(best, k -> new TopScored(depth));
        enough = new float[classCount];
        Arrays.fill(enough, Float.NEGATIVE_INFINITY);
        positives = new long[classCount];
        current = new BitSet(classCount);
        ignored = new BitSet(classCount);
    }

    /**
     * Counts one image.
     *
     * @param row id of the image, distinct over the held-out set
     * @param scores [K]
     * @param labels its true classes, distinct; may be empty
     */
    public void accept(long row, float[] scores, int[] labels) {
        accept(row, FloatBuffer.wrap(scores), 0, ImageLabels.of(labels));
    }

    /**
     * Counts the image whose scores stand at {@code offset}; position and limit of {@code scores}
     * are ignored. It does not rank for classes of unknown truth.
     */
    void accept(long row, FloatBuffer scores, int offset, ImageLabels labels) {
        checkArgument(row >= 0, "row id must not be negative: %s", row);
        checkArgument(
                scores.capacity() - offset >= best.length,
                "row %s has %s scores for %s classes",
                row,
                scores.capacity() - offset,
                best.length);
        mark(row, labels);
        for (int k = 0; k < best.length; k++) {
            float score = scores.get(offset + k);
            if (!Float.isFinite(score)) {
                clear();
                throw new JftException(
                        Category.ABORT_RUN,
                        "the score of class %d on held-out row %d is %s: the network has diverged"
                                .formatted(k, row, score));
            }
            if (score >= enough[k] && !ignored.get(k)) {
                enough[k] = best[k].offer(score, row, current.get(k));
            }
        }
        current.stream().forEach(k -> positives[k]++);
        clear();
        images++;
    }

    /** Returns AP per class, [K]; NaN where the held-out set has no positive. */
    public double[] perClass() {
        double[] ap = new double[best.length];
        Arrays.setAll(
                ap, k -> positives[k] == 0 ? Double.NaN : best[k].averagePrecision(positives[k]));
        return ap;
    }

    /** Returns the held-out positives of each class, [K]. */
    public long[] positives() {
        return positives.clone();
    }

    /** Returns the mean weighted by each class's held-out positives. */
    public double byFrequency() {
        double[] weights = new double[positives.length];
        Arrays.setAll(weights, k -> positives[k]);
        return weighted(weights);
    }

    /** Returns the plain mean over classes with a positive: every class counts the same. */
    public double macro() {
        double[] weights = new double[positives.length];
        Arrays.fill(weights, 1);
        return weighted(weights);
    }

    /**
     * Returns the mean under given class weights; a class without a positive does not count.
     *
     * @param classWeights [K], not negative
     */
    public double weighted(double[] classWeights) {
        checkArgument(
                classWeights.length == positives.length,
                "%s weights for %s classes",
                classWeights.length,
                positives.length);
        double[] ap = perClass();
        double sum = 0;
        double total = 0;
        for (int k = 0; k < ap.length; k++) {
            checkArgument(classWeights[k] >= 0, "the weight of class %s is negative", k);
            if (positives[k] > 0) {
                sum += classWeights[k] * ap[k];
                total += classWeights[k];
            }
        }
        if (total == 0) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "no class to average over: none of %d held-out images has a label with weight"
                            .formatted(images));
        }
        return sum / total;
    }

    /** Returns the images accepted so far. */
    public long images() {
        return images;
    }

    private void mark(long row, ImageLabels labels) {
        for (int i = 0; i < labels.size(); i++) {
            int label = labels.id(i);
            if (label < 0 || label >= best.length || current.get(label) || ignored.get(label)) {
                clear();
                checkElementIndex(label, best.length, "label of row " + row);
                throw new IllegalArgumentException(
                        "row %d names class %d twice".formatted(row, label));
            }
            (labels.isUnknown(i) ? ignored : current).set(label);
        }
    }

    private void clear() {
        current.clear();
        ignored.clear();
    }
}
