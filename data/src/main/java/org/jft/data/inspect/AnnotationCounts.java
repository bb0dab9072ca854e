package org.jft.data.inspect;

import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.Keypoint;
import org.jft.data.shard.DataSet;

/**
 * How much of what is annotated.
 *
 * @param empty images of which it is known that no object is in them
 * @param boxesOfClass objects by class
 * @param small objects of less than 32 x 32 pixels, as COCO counts
 * @param medium objects of less than 96 x 96 pixels
 * @param large the others
 * @param masks objects with a mask
 * @param posed objects with at least one labelled keypoint
 * @param keypoints labelled ones of all objects
 * @param classMasks images with the class of every pixel
 */
public record AnnotationCounts(
        long images,
        long empty,
        long[] boxesOfClass,
        long small,
        long medium,
        long large,
        long crowds,
        long difficult,
        long masks,
        long posed,
        long keypoints,
        long classMasks) {
    private static final double SMALL = 32 * 32;
    private static final double MEDIUM = 96 * 96;

    /** Reads the annotations of every row; images are not touched. */
    public static AnnotationCounts of(DataSet data) {
        Counter counter = new Counter(data.classCount());
        for (long row = 0; row < data.rowCount(); row++) {
            data.annotations(row).ifPresent(counter::add);
        }
        return counter.counts();
    }

    /** Returns the number of objects. */
    public long boxes() {
        return small + medium + large;
    }

    private static final class Counter {
        private final long[] boxesOfClass;
        private long images;
        private long empty;
        private long small;
        private long medium;
        private long large;
        private long crowds;
        private long difficult;
        private long masks;
        private long posed;
        private long keypoints;
        private long classMasks;

        Counter(int classes) {
            boxesOfClass = new long[classes];
        }

        void add(Annotations annotations) {
            images++;
            empty += annotations.instances().isEmpty() && annotations.mask() == null ? 1 : 0;
            classMasks += annotations.mask() == null ? 0 : 1;
            annotations.instances().forEach(this::add);
        }

        private void add(Instance instance) {
            boxesOfClass[instance.classId()]++;
            small += instance.area() < SMALL ? 1 : 0;
            medium += instance.area() >= SMALL && instance.area() < MEDIUM ? 1 : 0;
            large += instance.area() >= MEDIUM ? 1 : 0;
            crowds += instance.crowd() ? 1 : 0;
            difficult += instance.difficult() ? 1 : 0;
            masks += instance.mask() == null ? 0 : 1;
            long labelled =
                    instance.keypoints() == null
                            ? 0
                            : instance.keypoints().stream()
                                    .filter(k -> k.visibility() != Keypoint.Visibility.UNLABELLED)
                                    .count();
            posed += labelled > 0 ? 1 : 0;
            keypoints += labelled;
        }

        AnnotationCounts counts() {
            return new AnnotationCounts(
                    images,
                    empty,
                    boxesOfClass,
                    small,
                    medium,
                    large,
                    crowds,
                    difficult,
                    masks,
                    posed,
                    keypoints,
                    classMasks);
        }
    }
}
