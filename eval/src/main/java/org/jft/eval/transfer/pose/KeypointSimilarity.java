package org.jft.eval.transfer.pose;

import java.util.Arrays;

/**
 * COCO's object keypoint similarity, in [0, 1].
 *
 * <pre>
 *   OKS = mean over the labelled keypoints k of exp(-d_k^2 / (2 area (2 sigma_k)^2))
 * </pre>
 *
 * <p>d_k is the distance in pixels, area that of the object, and sigma_k how widely annotators
 * scatter about keypoint k. Of an object without a labelled keypoint all K count, and d_k is the
 * distance from the predicted one to the object's box, enlarged by its size on each side.
 */
final class KeypointSimilarity {
    private final double[] variances; // [K], of a unit area

    /**
     * @param sigmas [K]
     */
    KeypointSimilarity(double[] sigmas) {
        variances = Arrays.stream(sigmas).map(sigma -> 4 * sigma * sigma).toArray();
    }

    double of(DetectedPose pose, TruePose truth) {
        int labelled = truth.labelledCount();
        double sum = 0;
        for (int k = 0; k < variances.length; k++) {
            if (labelled == 0 || truth.labelled()[k]) {
                double squared = labelled == 0 ? beyond(pose, truth, k) : apart(pose, truth, k);
                // As pycocotools: an area of 0 has a similarity too.
                double area = truth.area() + Math.ulp(1.0);
                sum += Math.exp(-squared / variances[k] / area / 2);
            }
        }
        return sum / (labelled == 0 ? variances.length : labelled);
    }

    private static double apart(DetectedPose pose, TruePose truth, int k) {
        double dx = pose.x()[k] - truth.x()[k];
        double dy = pose.y()[k] - truth.y()[k];
        return dx * dx + dy * dy;
    }

    private static double beyond(DetectedPose pose, TruePose truth, int k) {
        double dx = beyond(pose.x()[k], truth.box().x(), truth.box().width());
        double dy = beyond(pose.y()[k], truth.box().y(), truth.box().height());
        return dx * dx + dy * dy;
    }

    private static double beyond(double at, double from, double length) {
        return Math.max(0, from - length - at) + Math.max(0, at - (from + 2 * length));
    }
}
