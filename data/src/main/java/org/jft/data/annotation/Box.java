package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * A rectangle in pixels, continuous, so that its right edge is at x + width. It may reach beyond
 * the image.
 */
public record Box(float x, float y, float width, float height) implements Serializable {
    public Box {
        checkArgument(
                Float.isFinite(x)
                        && Float.isFinite(y)
                        && Float.isFinite(width)
                        && Float.isFinite(height)
                        && width >= 0
                        && height >= 0,
                "no box: x=%s, y=%s, width=%s, height=%s",
                x,
                y,
                width,
                height);
    }

    /** Returns width times height, pixels. */
    public double area() {
        return (double) width * height;
    }

    /** Returns where the box is after the pixels moved; not cut off at the image's border. */
    Box moved(PixelMap map) {
        double right = (double) x + width;
        double bottom = (double) y + height;
        double x0 = map.x(x, y);
        double x1 = map.x(right, bottom);
        double y0 = map.y(x, y);
        double y1 = map.y(right, bottom);
        return of(Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1));
    }

    /** Returns the part that lies in a region; without area where none does. */
    Box clipped(PixelMap.Region region) {
        double left = Math.max(region.left(), x);
        double top = Math.max(region.top(), y);
        double right = Math.min(region.right(), (double) x + width);
        double bottom = Math.min(region.bottom(), (double) y + height);
        return of(left, top, Math.max(left, right), Math.max(top, bottom));
    }

    private static Box of(double left, double top, double right, double bottom) {
        return new Box((float) left, (float) top, (float) (right - left), (float) (bottom - top));
    }
}
