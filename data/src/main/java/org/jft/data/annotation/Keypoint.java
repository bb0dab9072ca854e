package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/** A named place on an object, pixels; at (0, 0) when it is not labelled. */
public record Keypoint(float x, float y, Visibility visibility) implements Serializable {
    /** A keypoint of which nothing is known. */
    public static final Keypoint NONE = new Keypoint(0, 0, Visibility.UNLABELLED);

    /** COCO's v = 0, 1, 2, which are the ordinals. */
    public enum Visibility {
        /** Not in the image, or not annotated. */
        UNLABELLED,
        /** Annotated, but something is before it. */
        HIDDEN,
        VISIBLE;

        private static final Visibility[] ALL = values();

        /** Returns the visibility of a number. */
        public static Visibility of(int number) {
            checkArgument(
                    number >= 0 && number < ALL.length,
                    "a keypoint's visibility is 0, 1 or 2: %s",
                    number);
            return ALL[number];
        }
    }

    public Keypoint {
        checkArgument(
                Float.isFinite(x) && Float.isFinite(y), "no place of a keypoint: x=%s, y=%s", x, y);
    }

    /** Returns the keypoint after the pixels moved; {@link #NONE} when it left the image. */
    Keypoint moved(PixelMap map) {
        if (visibility == Visibility.UNLABELLED) {
            return NONE;
        }
        double movedX = map.x(x, y);
        double movedY = map.y(x, y);
        return map.shown().contains(movedX, movedY)
                ? new Keypoint((float) movedX, (float) movedY, visibility)
                : NONE;
    }
}
