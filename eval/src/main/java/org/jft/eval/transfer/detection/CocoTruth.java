package org.jft.eval.transfer.detection;

/** What COCO's matching has to know of an annotated object. */
public interface CocoTruth {
    /** Returns its class. */
    int classId();

    /** Returns its size in square pixels: the annotation's {@code area}. */
    double area();

    /** Returns whether it stands for many objects: then it may be matched more than once. */
    boolean crowd();

    /** Returns whether neither it nor what matches it counts; true of every crowd. */
    boolean ignored();
}
