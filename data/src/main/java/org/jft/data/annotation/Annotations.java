package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of places in one image; no objects at all is knowledge, too.
 *
 * @param width of the image as it is stored, pixels; EXIF rotation is not applied
 * @param height of the image as it is stored, pixels
 * @param instances its objects
 * @param mask the class of every pixel; null when it is not known
 */
public record Annotations(int width, int height, List<Instance> instances, ClassMask mask)
        implements Serializable {
    public Annotations {
        instances = List.copyOf(instances);
        for (Instance instance : instances) {
            RunLengthMask pixels = instance.mask();
            checkArgument(
                    pixels == null || pixels.width() == width && pixels.height() == height,
                    "an object's mask is not of an image of %sx%s",
                    width,
                    height);
        }
        checkArgument(
                mask == null || mask.hasSize(width, height),
                "the mask of classes is not of an image of %sx%s",
                width,
                height);
    }

    /** Throws when an object's class is not below the number of classes. */
    public void checkClasses(int classCount) {
        for (Instance instance : instances) {
            checkArgument(
                    instance.classId() < classCount,
                    "an object's class %s is outside the label space of %s classes",
                    instance.classId(),
                    classCount);
        }
    }

    /**
     * Returns the annotations with other class numbers.
     *
     * @param newIds the number of each class; objects of one without any (-1) are left out, and
     *     their pixels in the mask ignored
     */
    public Annotations withClasses(int[] newIds) {
        List<Instance> mapped = new ArrayList<>();
        for (Instance instance : instances) {
            int id = newIds[instance.classId()];
            if (id >= 0) {
                mapped.add(instance.withClass(id));
            }
        }
        return new Annotations(
                width, height, mapped, mask == null ? null : mask.withClasses(newIds));
    }

    /**
     * Returns the annotations after the pixels moved. Boxes are cut off at the border; an object of
     * which nothing is left in the image is dropped.
     *
     * @param mirroredKeypoints in a mirrored image keypoint k is the one that was {@code
     *     mirroredKeypoints[k]}: a left hand becomes a right one; empty when all stay what they are
     */
    public Annotations moved(PixelMap map, int[] mirroredKeypoints) {
        List<Instance> left = new ArrayList<>();
        for (Instance instance : instances) {
            Instance moved = instance.moved(map, mirroredKeypoints);
            if (moved != null) {
                left.add(moved);
            }
        }
        return new Annotations(
                map.width(), map.height(), left, mask == null ? null : mask.moved(map));
    }
}
