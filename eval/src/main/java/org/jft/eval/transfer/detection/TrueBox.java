package org.jft.eval.transfer.detection;

/**
 * An annotated box.
 *
 * @param classId class of [0, K)
 * @param area square pixels that decide whether it is small, medium or large: in COCO the
 *     annotation's {@code area}, that of the object's outline, else the box's own
 * @param crowd COCO's {@code iscrowd}: a region with many objects
 * @param difficult Pascal VOC's {@code difficult}
 */
public record TrueBox(int classId, Box box, double area, boolean crowd, boolean difficult)
        implements CocoTruth {
    /** Returns whether neither metric counts it. */
    @Override
    public boolean ignored() {
        return crowd || difficult;
    }
}
