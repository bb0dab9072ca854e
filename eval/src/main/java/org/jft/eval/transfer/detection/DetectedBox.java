package org.jft.eval.transfer.detection;

/**
 * A box that a detector gives.
 *
 * @param category class of [0, K)
 * @param score how sure the detector is; any finite scale, higher is surer
 */
public record DetectedBox(int category, float score, Box box) implements CocoDetection {
    @Override
    public double area() {
        return box.area();
    }
}
