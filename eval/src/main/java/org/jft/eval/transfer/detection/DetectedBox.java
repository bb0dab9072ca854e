package org.jft.eval.transfer.detection;

/**
 * A box that a detector gives.
 *
 * @param classId class of [0, K)
 * @param score how sure the detector is; any finite scale, higher is surer
 */
public record DetectedBox(int classId, float score, Box box) implements CocoDetection {
    @Override
    public double area() {
        return box.area();
    }
}
