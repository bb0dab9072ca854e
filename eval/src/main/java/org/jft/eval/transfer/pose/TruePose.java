package org.jft.eval.transfer.pose;

import org.jft.eval.transfer.detection.Box;
import org.jft.eval.transfer.detection.CocoTruth;

/**
 * The annotated keypoints of one object.
 *
 * @param x [K], pixels; of keypoints that are labelled
 * @param y [K], pixels; of keypoints that are labelled
 * @param labelled [K], COCO's visibility above 0: the keypoint was annotated, seen or hidden
 * @param box around the whole object
 * @param area square pixels of the object: the annotation's {@code area}
 * @param crowd COCO's {@code iscrowd}: a region with many objects
 */
public record TruePose(
        double[] x, double[] y, boolean[] labelled, Box box, double area, boolean crowd)
        implements CocoTruth {
    /** Poses have one class. */
    @Override
    public int classId() {
        return 0;
    }

    /** Returns whether it is a crowd or has no labelled keypoint. */
    @Override
    public boolean ignored() {
        return crowd || labelledCount() == 0;
    }

    int labelledCount() {
        int count = 0;
        for (boolean is : labelled) {
            count += is ? 1 : 0;
        }
        return count;
    }
}
