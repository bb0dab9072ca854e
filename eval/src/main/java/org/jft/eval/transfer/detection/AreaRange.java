package org.jft.eval.transfer.detection;

/**
 * COCO's sizes of objects, by area in square pixels. Both ends belong to a size, as in pycocotools:
 * an area of 1024 is small and medium.
 */
public enum AreaRange {
    /** Any area up to 1e10. */
    ALL(0, 1e10),
    /** Up to 32 x 32. */
    SMALL(0, 32 * 32),
    /** From 32 x 32 to 96 x 96. */
    MEDIUM(32 * 32, 96 * 96),
    /** From 96 x 96. */
    LARGE(96 * 96, 1e10);

    private final double least;
    private final double most;

    AreaRange(double least, double most) {
        this.least = least;
        this.most = most;
    }

    boolean contains(double area) {
        return least <= area && area <= most;
    }
}
