package org.jft.eval.transfer.detection;

/** What COCO's matching has to know of anything that was detected. */
public interface CocoDetection {
    /** Returns its class. */
    int classId();

    /** Returns how sure the detector is; any finite scale, higher is surer. */
    float score();

    /** Returns its size in square pixels. */
    double area();
}
