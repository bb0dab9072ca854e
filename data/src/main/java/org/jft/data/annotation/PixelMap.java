package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import org.jft.data.header.Orientation;

/**
 * Where the pixels of an image go: turned upright, cut out, padded, resized, mirrored, in any
 * order. A point (x, y) of the source lands at
 *
 * <pre>
 *   (scaleX * x + shiftX, scaleY * y + shiftY)    or, transposed,    (scaleX * y + shiftX, scaleY * x + shiftY)
 * </pre>
 *
 * @param width of the image that comes out, pixels
 * @param height of the image that comes out, pixels
 * @param transposed whether rows become columns
 * @param scaleX negative where left and right change places
 * @param shown the part of the image that comes out which shows the source; padding is around it
 */
public record PixelMap(
        int width,
        int height,
        boolean transposed,
        double scaleX,
        double shiftX,
        double scaleY,
        double shiftY,
        Region shown) {
    /** A rectangle, pixels; it has no area where right is not beyond left, or bottom not below. */
    public record Region(double left, double top, double right, double bottom) {
        private Region moved(double byX, double byY) {
            return new Region(left + byX, top + byY, right + byX, bottom + byY);
        }

        private Region within(int width, int height) {
            return new Region(
                    Math.max(0, left),
                    Math.max(0, top),
                    Math.min(width, right),
                    Math.min(height, bottom));
        }

        boolean contains(double x, double y) {
            return x >= left && x <= right && y >= top && y <= bottom;
        }
    }

    public PixelMap {
        checkArgument(width > 0 && height > 0, "no area: width=%s, height=%s", width, height);
    }

    /** Every pixel stays where it is. */
    public static PixelMap identity(int width, int height) {
        return new PixelMap(width, height, false, 1, 0, 1, 0, new Region(0, 0, width, height));
    }

    /**
     * Turns an image upright.
     *
     * @param width as it is stored, pixels
     * @param height as it is stored, pixels
     */
    public static PixelMap upright(int width, int height, Orientation orientation) {
        PixelMap turned =
                orientation.transposes()
                        ? new PixelMap(
                                height, width, true, 1, 0, 1, 0, new Region(0, 0, height, width))
                        : identity(width, height);
        turned = orientation.leftRight() ? turned.mirrored() : turned;
        return orientation.upDown() ? turned.flipped() : turned;
    }

    /**
     * Cuts a window out; where it reaches beyond the image, the image is padded. What was cut off
     * once does not come back.
     *
     * @param left column of the window's first one; negative pads
     * @param top row of the window's first one; negative pads
     */
    public PixelMap window(int left, int top, int newWidth, int newHeight) {
        return new PixelMap(
                newWidth,
                newHeight,
                transposed,
                scaleX,
                shiftX - left,
                scaleY,
                shiftY - top,
                shown.moved(-left, -top).within(newWidth, newHeight));
    }

    /** Resizes; aspect is not kept. */
    public PixelMap resized(int newWidth, int newHeight) {
        double byX = (double) newWidth / width;
        double byY = (double) newHeight / height;
        return new PixelMap(
                newWidth,
                newHeight,
                transposed,
                scaleX * byX,
                shiftX * byX,
                scaleY * byY,
                shiftY * byY,
                new Region(
                        shown.left * byX, shown.top * byY, shown.right * byX, shown.bottom * byY));
    }

    /** Lets left and right change places. */
    public PixelMap mirrored() {
        return new PixelMap(
                width,
                height,
                transposed,
                -scaleX,
                width - shiftX,
                scaleY,
                shiftY,
                new Region(width - shown.right, shown.top, width - shown.left, shown.bottom));
    }

    private PixelMap flipped() {
        return new PixelMap(
                width,
                height,
                transposed,
                scaleX,
                shiftX,
                -scaleY,
                height - shiftY,
                new Region(shown.left, height - shown.bottom, shown.right, height - shown.top));
    }

    /** Returns where a point of the source lands. */
    public double x(double sourceX, double sourceY) {
        return scaleX * (transposed ? sourceY : sourceX) + shiftX;
    }

    /** Returns where a point of the source lands. */
    public double y(double sourceX, double sourceY) {
        return scaleY * (transposed ? sourceX : sourceY) + shiftY;
    }

    /** Returns whether what was on the left of an object is now on its right, as in a mirror. */
    public boolean mirrors() {
        return scaleX * scaleY < 0 != transposed;
    }

    /** Returns how many pixels one becomes. */
    double areaScale() {
        return Math.abs(scaleX * scaleY);
    }

    /**
     * Says where pixels come from.
     *
     * @param sourceWidth of the image that goes in
     * @param sourceHeight of the image that goes in
     * @param place takes column and row of every pixel that comes out and its place in the source,
     *     row by row of {@code sourceWidth}; -1 where it comes from outside
     */
    void trace(int sourceWidth, int sourceHeight, PixelPlace place) {
        int[] ofColumn = nearest(width, scaleX, shiftX, transposed ? sourceHeight : sourceWidth);
        int[] ofRow = nearest(height, scaleY, shiftY, transposed ? sourceWidth : sourceHeight);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                int column = transposed ? ofRow[y] : ofColumn[x];
                int row = transposed ? ofColumn[x] : ofRow[y];
                boolean inside = column >= 0 && row >= 0 && shown.contains(x + 0.5, y + 0.5);
                place.take(x, y, inside ? row * sourceWidth + column : -1);
            }
        }
    }

    /** Takes a pixel and where it comes from. */
    @FunctionalInterface
    interface PixelPlace {
        void take(int x, int y, int source);
    }

    /** The source pixel in which each centre lies. */
    private static int[] nearest(int count, double scale, double shift, int sourceCount) {
        int[] source = new int[count];
        for (int i = 0; i < count; i++) {
            double at = Math.floor((i + 0.5 - shift) / scale);
            source[i] = at >= 0 && at < sourceCount ? (int) at : -1;
        }
        return source;
    }
}
