package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * An object in an image.
 *
 * @param classId of the data set's taxonomy
 * @param area of the object, pixels, by which COCO's scores tell small from large
 * @param crowd whether it is a group: detections of its members are neither right nor wrong
 * @param difficult whether VOC's scores leave it out
 * @param mask its pixels; null when they are not known
 * @param keypoints as many as its class has; null when it has none
 */
public record Instance(
        int classId,
        Box box,
        float area,
        boolean crowd,
        boolean difficult,
        RunLengthMask mask,
        List<Keypoint> keypoints)
        implements Serializable {
    public Instance {
        requireNonNull(box, "box");
        checkArgument(classId >= 0, "classId=%s", classId);
        checkArgument(Float.isFinite(area) && area >= 0, "no area: %s", area);
        keypoints = keypoints == null ? null : List.copyOf(keypoints);
    }

    Instance withClass(int id) {
        return new Instance(id, box, area, crowd, difficult, mask, keypoints);
    }

    /**
     * Returns the object after the pixels moved; null when nothing of it is left. Its area is that
     * of its mask; without one it shrinks as its box does.
     */
    Instance moved(PixelMap map, int[] mirroredKeypoints) {
        Box whole = box.moved(map);
        Box left = whole.clipped(map.shown());
        RunLengthMask movedMask = mask == null ? null : mask.moved(map);
        if (left.area() == 0 || movedMask != null && movedMask.area() == 0) {
            return null;
        }
        double movedArea =
                movedMask == null
                        ? area * map.areaScale() * left.area() / whole.area()
                        : movedMask.area();
        return new Instance(
                classId,
                left,
                (float) movedArea,
                crowd,
                difficult,
                movedMask,
                keypoints == null ? null : moved(keypoints, map, mirroredKeypoints));
    }

    private static List<Keypoint> moved(List<Keypoint> keypoints, PixelMap map, int[] mirrored) {
        boolean swaps = map.mirrors() && mirrored.length > 0;
        checkArgument(
                !swaps || mirrored.length == keypoints.size(),
                "%s keypoints, but %s mirrored ones",
                keypoints.size(),
                mirrored.length);
        List<Keypoint> moved = new ArrayList<>();
        for (int k = 0; k < keypoints.size(); k++) {
            moved.add(keypoints.get(swaps ? mirrored[k] : k).moved(map));
        }
        return moved;
    }
}
