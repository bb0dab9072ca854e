package org.jft.eval.transfer.pose;

import java.util.Arrays;
import org.jft.eval.transfer.detection.CocoDetection;

/**
 * The keypoints that a network gives for one object. All of them: COCO judges a keypoint whether or
 * not the network thinks it visible.
 *
 * @param score how sure the network is; any finite scale, higher is surer
 * @param x [K], pixels
 * @param y [K], pixels
 */
public record DetectedPose(float score, double[] x, double[] y) implements CocoDetection {
    /** Poses have one class. */
    @Override
    public int classId() {
        return 0;
    }

    /** Returns the square pixels of the box around its keypoints. */
    @Override
    public double area() {
        return extent(x) * extent(y);
    }

    private static double extent(double[] values) {
        return Arrays.stream(values).max().orElseThrow()
                - Arrays.stream(values).min().orElseThrow();
    }
}
