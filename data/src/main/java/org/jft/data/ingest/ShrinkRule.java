package org.jft.data.ingest;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * Which images are made smaller at import, and how.
 *
 * @param side which of an image's two sides is measured
 * @param maxPixels images whose side is longer are shrunk to this; 0 keeps every image's bytes
 * @param jpegQuality of the JPEGs among those that are shrunk, in 1..100
 */
public record ShrinkRule(Side side, int maxPixels, int jpegQuality) implements Serializable {
    /** Quality of a shrunk JPEG unless something else is asked for. */
    public static final int JPEG_QUALITY = 92;

    /** Every image keeps its bytes. */
    public static final ShrinkRule NONE = new ShrinkRule(Side.LONGER, 0, JPEG_QUALITY);

    /** One of an image's two sides. */
    public enum Side {
        LONGER,
        SHORTER
    }

    public ShrinkRule {
        checkArgument(maxPixels >= 0, "maxPixels=%s", maxPixels);
        checkArgument(jpegQuality >= 1 && jpegQuality <= 100, "jpegQuality=%s", jpegQuality);
    }

    /** Returns the factor for both sides of an image; 1 for one that stays. */
    double scale(int width, int height) {
        int pixels = side == Side.LONGER ? Math.max(width, height) : Math.min(width, height);
        return maxPixels == 0 || pixels <= maxPixels ? 1 : (double) maxPixels / pixels;
    }
}
