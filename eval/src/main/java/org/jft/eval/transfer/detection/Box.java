package org.jft.eval.transfer.detection;

/**
 * A rectangle of an image in pixels. Coordinates are continuous: the first pixel of a row reaches
 * from 0 to 1, and a box is as wide as the pixels it covers.
 *
 * @param x left edge
 * @param y upper edge
 * @param width not negative
 * @param height not negative
 */
public record Box(double x, double y, double width, double height) {
    /** Returns the square pixels in it. */
    public double area() {
        return width * height;
    }

    /** Returns the square pixels in both. */
    public double intersection(Box other) {
        double across = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
        double down = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
        return across > 0 && down > 0 ? across * down : 0;
    }

    /** Returns intersection over union, 0 where they do not meet. */
    public double iou(Box other) {
        double shared = intersection(other);
        return shared == 0 ? 0 : shared / (area() + other.area() - shared);
    }

    /** Returns whether all four numbers are finite and its size is not negative. */
    public boolean isProper() {
        return Double.isFinite(x)
                && Double.isFinite(y)
                && Double.isFinite(width)
                && Double.isFinite(height)
                && width >= 0
                && height >= 0;
    }
}
