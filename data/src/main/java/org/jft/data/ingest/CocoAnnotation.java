package org.jft.data.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jft.data.annotation.Box;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.Keypoint;
import org.jft.data.annotation.Polygons;
import org.jft.data.annotation.RunLengthMask;

/**
 * One annotation of a {@link CocoFile}:
 *
 * <pre>
 *   {"id": 7, "image_id": 3, "category_id": 18, "bbox": [x, y, width, height], "area": 702.1, "iscrowd": 0,
 *    "segmentation": [[x0, y0, x1, y1, ...], ...]                    polygons
 *                 or {"size": [height, width], "counts": [3, 5, ...]}  runs, or the same compressed: "35..."
 *    "keypoints": [x, y, visibility, ...]}
 * </pre>
 *
 * Boxes and polygons are continuous. Keypoints are numbers of pixels: 0.5 is added.
 */
final class CocoAnnotation {
    private static final float PIXEL_CENTRE = 0.5f;
    private static final int PER_KEYPOINT = 3;

    private CocoAnnotation() {}

    /**
     * Reads an object.
     *
     * @param classId what its category is called here
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Instance instance(JsonNode annotation, int classId, int width, int height) {
        double[] corner = numbers(annotation.path("bbox"), "bbox");
        require(corner.length == 4, "its bbox has %d numbers, not 4".formatted(corner.length));
        Box box =
                new Box((float) corner[0], (float) corner[1], (float) corner[2], (float) corner[3]);
        RunLengthMask mask = mask(annotation.path("segmentation"), width, height);
        double area = mask == null ? box.area() : mask.area();
        return new Instance(
                classId,
                box,
                (float) annotation.path("area").asDouble(area),
                annotation.path("iscrowd").asInt() != 0,
                false,
                mask,
                keypoints(annotation.path("keypoints")));
    }

    private static RunLengthMask mask(JsonNode segmentation, int width, int height) {
        if (segmentation.isObject()) {
            return runs(segmentation, width, height);
        }
        if (segmentation.isEmpty()) { // or missing, or null
            return null;
        }
        List<double[]> polygons = new ArrayList<>();
        for (JsonNode polygon : segmentation) {
            polygons.add(numbers(polygon, "segmentation"));
        }
        return Polygons.rasterise(width, height, polygons);
    }

    private static RunLengthMask runs(JsonNode segmentation, int width, int height) {
        double[] size = numbers(segmentation.path("size"), "segmentation.size");
        require(
                size.length == 2 && size[0] == height && size[1] == width,
                "its mask is not of an image of %dx%d".formatted(width, height));
        JsonNode counts = segmentation.path("counts");
        if (counts.isTextual()) {
            return RunLengthMask.ofCoco(width, height, counts.asText());
        }
        double[] runs = numbers(counts, "segmentation.counts");
        int[] whole = new int[runs.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (int) runs[i];
            require(whole[i] == runs[i], "a run of its mask is %s".formatted(runs[i]));
        }
        return new RunLengthMask(width, height, whole);
    }

    private static List<Keypoint> keypoints(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        double[] numbers = numbers(node, "keypoints");
        require(
                numbers.length % PER_KEYPOINT == 0,
                "it has %d numbers of keypoints, not three each".formatted(numbers.length));
        List<Keypoint> keypoints = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += PER_KEYPOINT) {
            Keypoint.Visibility visibility = Keypoint.Visibility.of((int) numbers[i + 2]);
            keypoints.add(
                    visibility == Keypoint.Visibility.UNLABELLED
                            ? Keypoint.NONE
                            : new Keypoint(
                                    (float) numbers[i] + PIXEL_CENTRE,
                                    (float) numbers[i + 1] + PIXEL_CENTRE,
                                    visibility));
        }
        return keypoints;
    }

    private static double[] numbers(JsonNode list, String what) {
        require(list.isArray(), "its %s is no list of numbers".formatted(what));
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            require(list.get(i).isNumber(), "its %s is no list of numbers".formatted(what));
            numbers[i] = list.get(i).asDouble();
        }
        return numbers;
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
