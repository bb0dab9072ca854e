package org.jft.eval.transfer.classification;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Scores a classifier over a held-out set, batch by batch: mAP@100, top-1 and top-5 in one pass.
 * Memory does not grow with the number of images. Not thread-safe.
 *
 * <pre>
 *   ClassificationScorer scorer = new ClassificationScorer(classCount, leaves);
 *   scorer.accept(firstRow, logits, labelOffsets, labels, confidences);   // once per batch
 *   ClassificationScores scores = scorer.scores();
 * </pre>
 */
public final class ClassificationScorer {
    private static final int DEPTH = 100;
    private static final int DEEPEST_K = 5;

    private final int classCount;
    private final MeanAveragePrecision map;
    private final TopK topK;

    /**
     * @param classCount K
     * @param candidates classes that compete in top-1 and top-5: those without children (see {@link
     *     #childless})
     */
    public ClassificationScorer(int classCount, BitSet candidates) {
        checkArgument(
                candidates.length() <= classCount,
                "candidate class %s of %s",
                candidates.length() - 1,
                classCount);
        this.classCount = classCount;
        map = new MeanAveragePrecision(classCount, DEPTH);
        topK = new TopK(DEEPEST_K, candidates);
    }

    /**
     * Scores over a data set's classes: those without children compete.
     *
     * @param classCount K; a network may have more outputs than there are classes
     */
    public static ClassificationScorer of(Taxonomy taxonomy, int classCount) {
        return new ClassificationScorer(classCount, childless(taxonomy, classCount));
    }

    /** Returns the classes that compete among {@code classCount} outputs of a network. */
    static BitSet childless(Taxonomy taxonomy, int classCount) {
        int[][] parents = new int[classCount][];
        for (int c = 0; c < classCount; c++) {
            parents[c] = c < taxonomy.size() ? taxonomy.parents(c) : new int[0];
        }
        return childless(parents);
    }

    /**
     * Returns the classes that are nobody's parent: every class, where there is no hierarchy.
     *
     * @param parents [K][], the direct parents of each class; a root has none
     */
    public static BitSet childless(int[][] parents) {
        BitSet candidates = new BitSet(parents.length);
        candidates.set(0, parents.length);
        for (int[] above : parents) {
            Arrays.stream(above).forEach(candidates::clear);
        }
        return candidates;
    }

    /**
     * Counts a batch of N images.
     *
     * @param firstRow row id of the first image, the others follow it; ids are distinct over the
     *     held-out set and decide ties
     * @param scores [N, K] row-major, logits; position and limit are ignored
     * @param labelOffsets [N + 1]: the true classes of image i are {@code
     *     labels[labelOffsets[i]..labelOffsets[i + 1])}, distinct
     * @param confidences one a label; of a class whose confidence is negative the truth is unknown,
     *     and the image is left out of its ranking
     */
    public void accept(
            long firstRow,
            FloatBuffer scores,
            int[] labelOffsets,
            int[] labels,
            float[] confidences) {
        checkArgument(labelOffsets.length > 0, "labelOffsets holds N + 1 entries, not 0");
        int n = labelOffsets.length - 1;
        checkArgument(
                scores.capacity() >= (long) n * classCount,
                "%s scores for %s images of %s classes",
                scores.capacity(),
                n,
                classCount);
        for (int i = 0; i < n; i++) {
            checkArgument(
                    0 <= labelOffsets[i]
                            && labelOffsets[i] <= labelOffsets[i + 1]
                            && labelOffsets[i + 1] <= labels.length,
                    "the labels of image %s are [%s, %s) of %s",
                    i,
                    labelOffsets[i],
                    labelOffsets[i + 1],
                    labels.length);
            ImageLabels image =
                    new ImageLabels(labels, confidences, labelOffsets[i], labelOffsets[i + 1]);
            map.accept(firstRow + i, scores, i * classCount, image);
            topK.accept(scores, i * classCount, image);
        }
    }

    /** Counts one image; {@code scores} is [K]. */
    public void accept(long row, float[] scores, int[] labels) {
        accept(
                row,
                FloatBuffer.wrap(scores),
                new int[] {0, labels.length},
                labels,
                new float[labels.length]);
    }

    /** Returns the scores over all images accepted so far. */
    public ClassificationScores scores() {
        return new ClassificationScores(
                map.byFrequency(),
                map.macro(),
                topK.rate(1),
                topK.rate(DEEPEST_K),
                topK.images(),
                topK.skipped());
    }

    /** Returns each class's average precision so far, [K]; NaN without a positive. */
    float[] averagePrecision() {
        double[] exact = map.perClass();
        float[] ap = new float[exact.length];
        for (int k = 0; k < ap.length; k++) {
            ap[k] = (float) exact[k];
        }
        return ap;
    }

    /** Returns each class's images so far, [K]. */
    long[] positives() {
        return map.positives();
    }
}
