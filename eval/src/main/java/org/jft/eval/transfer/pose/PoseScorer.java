package org.jft.eval.transfer.pose;

import static com.google.common.base.Preconditions.checkArgument;
import static org.jft.eval.transfer.detection.AreaRange.ALL;
import static org.jft.eval.transfer.detection.AreaRange.LARGE;
import static org.jft.eval.transfer.detection.AreaRange.MEDIUM;

import java.util.Arrays;
import java.util.List;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.eval.transfer.detection.CocoAveragePrecision;

/**
 * Scores the poses of one class of objects over a held-out set, image by image: COCO's AP and AR
 * over keypoint similarity. Not thread-safe; scorers that saw different images {@link #merge}, in
 * any order to the same scores.
 *
 * <p>Memory: about 52 bytes a pose, at most 20 an image, and the ids of the images.
 */
public final class PoseScorer {
    private static final int DEEPEST = 20;

    private final int keypointCount;
    private final KeypointSimilarity similarity;
    private final CocoAveragePrecision coco = new CocoAveragePrecision(1, DEEPEST);

    /**
     * @param sigmas [K], positive: how widely annotators scatter about each keypoint, over the
     *     square root of the object's area; part of a data set's definition
     */
    public PoseScorer(double[] sigmas) {
        checkArgument(sigmas.length > 0, "a pose has at least one keypoint");
        checkArgument(
                Arrays.stream(sigmas).allMatch(sigma -> sigma > 0),
                "sigmas must be positive: %s",
                Arrays.toString(sigmas));
        keypointCount = sigmas.length;
        similarity = new KeypointSimilarity(sigmas);
    }

    /**
     * Counts one image; both lists may be empty. Fails with the image's id, and counts nothing, on
     * a number that is not finite, another number of keypoints, a negative size, and an image that
     * was counted before.
     *
     * @param image its id, distinct over the held-out set; decides ties
     */
    public void accept(long image, List<DetectedPose> poses, List<TruePose> truth) {
        for (int i = 0; i < poses.size(); i++) {
            DetectedPose pose = poses.get(i);
            requireKeypoints("pose", i, image, pose.x(), pose.y());
        }
        for (int i = 0; i < truth.size(); i++) {
            TruePose object = truth.get(i);
            requireKeypoints("annotation", i, image, object.x(), object.y());
            require(
                    object.labelled().length == keypointCount && object.box().isProper(),
                    "annotation %d of image %d has %d visibilities and the box %s",
                    i,
                    image,
                    object.labelled().length,
                    object.box());
        }
        coco.accept(image, poses, truth, similarity::of);
    }

    /** Adds what another scorer of the same keypoints has counted, on other images. */
    public void merge(PoseScorer other) {
        checkArgument(
                keypointCount == other.keypointCount,
                "%s keypoints cannot be merged with %s",
                keypointCount,
                other.keypointCount);
        coco.merge(other.coco);
    }

    /** Returns the scores over all images accepted so far. */
    public PoseScores scores() {
        double ap = coco.precision(ALL);
        if (Double.isNaN(ap)) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "none of %d held-out images has a pose that counts".formatted(coco.images()));
        }
        return new PoseScores(
                ap,
                coco.precisionAt(0.5, ALL),
                coco.precisionAt(0.75, ALL),
                coco.precision(MEDIUM),
                coco.precision(LARGE),
                coco.recall(ALL, DEEPEST),
                coco.recallAt(0.5, ALL, DEEPEST),
                coco.recallAt(0.75, ALL, DEEPEST),
                coco.recall(MEDIUM, DEEPEST),
                coco.recall(LARGE, DEEPEST),
                coco.images());
    }

    private void requireKeypoints(String what, int index, long image, double[] x, double[] y) {
        require(
                x.length == keypointCount && y.length == keypointCount,
                "%s %d of image %d has %d and %d coordinates for %d keypoints",
                what,
                index,
                image,
                x.length,
                y.length,
                keypointCount);
        for (int k = 0; k < keypointCount; k++) {
            require(
                    Double.isFinite(x[k]) && Double.isFinite(y[k]),
                    "keypoint %d of %s %d of image %d is at x %s, y %s",
                    k,
                    what,
                    index,
                    image,
                    x[k],
                    y[k]);
        }
    }

    private static void require(boolean holds, String problem, Object... values) {
        if (!holds) {
            throw new JftException(Category.ABORT_RUN, problem.formatted(values));
        }
    }
}
