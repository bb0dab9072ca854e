package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.ImageConfig.Crop;
import org.jft.core.config.RandAugmentConfig;
import org.jft.core.failure.ConfigException;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Box;
import org.jft.data.annotation.ClassMask;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.Keypoint;
import org.jft.data.annotation.PixelMap;
import org.jft.data.annotation.RunLengthMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Markers are drawn into an image, which is transformed; annotations say where they are then. */
class AnnotationsMoveTest {
    private static final int SIDE = 96;
    private static final int RECTANGLE = 0xd00000;
    private static final int ELLIPSE = 0x00d000;
    private static final int LEFT = 0x0000d0;
    private static final int RIGHT = 0xd0d0d0;
    private static final int[] COLOURS = {0, RECTANGLE, ELLIPSE, LEFT, RIGHT};
    private static final int MARK = 15; // side of a keypoint's square
    private static final int[] MIRRORED = {1, 0};

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** What is drawn, and what is known of it; as a camera stores it that was held in any way. */
    private record Scene(BufferedImage image, Annotations annotations, int orientation) {
        ByteBuffer png() {
            byte[] png = TestImages.png(image);
            return TestImages.direct(
                    orientation == 1 ? png : TestImages.pngWithExif(png, orientation));
        }
    }

    /** Four quarters: a rectangle, an ellipse, and the two keypoints of the rectangle. */
    private Scene draw() {
        int width = 80 + random.nextInt(120);
        int height = 80 + random.nextInt(120);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        int x = 2 + random.nextInt(width / 8);
        int y = 2 + random.nextInt(height / 8);
        int boxWidth = width / 4 + random.nextInt(width / 8);
        int boxHeight = height / 4 + random.nextInt(height / 8);
        graphics.setColor(new Color(RECTANGLE));
        graphics.fillRect(x, y, boxWidth, boxHeight);
        graphics.setColor(new Color(ELLIPSE));
        graphics.fillOval(width / 2 + x, height / 2 + y, boxWidth, boxHeight);
        List<Keypoint> keypoints =
                List.of(
                        mark(graphics, LEFT, width / 2 + 9 + x, 9 + y),
                        mark(graphics, RIGHT, 9 + x, height / 2 + 9 + y));
        graphics.dispose();
        byte[] ellipse = new byte[width * height];
        byte[] classes = new byte[width * height];
        for (int i = 0; i < ellipse.length; i++) {
            int colour = image.getRGB(i % width, i / width) & 0xffffff;
            ellipse[i] = (byte) (colour == ELLIPSE ? 1 : 0);
            classes[i] = (byte) (colour == ELLIPSE ? 2 : colour == RECTANGLE ? 1 : 0);
        }
        RunLengthMask mask = RunLengthMask.ofPixels(width, height, ellipse);
        Box box = new Box(x, y, boxWidth, boxHeight);
        List<Instance> instances =
                List.of(
                        new Instance(0, box, (float) box.area(), false, false, null, keypoints),
                        new Instance(1, mask.bounds(), mask.area(), false, false, mask, null));
        return new Scene(
                image,
                new Annotations(width, height, instances, ClassMask.of(width, height, classes)),
                1 + random.nextInt(8));
    }

    private static Keypoint mark(Graphics2D graphics, int colour, int left, int top) {
        graphics.setColor(new Color(colour));
        graphics.fillRect(left, top, MARK, MARK);
        return new Keypoint(left + MARK / 2f, top + MARK / 2f, Keypoint.Visibility.VISIBLE);
    }

    private static ImageConfig config(Crop crop) {
        return new ImageConfig(
                SIDE, crop, crop == Crop.RESIZE_CROP ? 120 : 0, 0.3, true, null, null, null, null);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindWhatWasDrawnWhereTheAnnotationsSay(Crop crop) {
        try (ImageTransform training = ImageTransform.training(config(crop));
                ImageTransform evaluation = ImageTransform.evaluation(config(crop), 1)) {
            ByteBuffer batch = ByteBuffer.allocateDirect(training.slotBytes());
            int mirrored = 0;
            int lost = 0;
            for (int round = 0; round < 120; round++) {
                Scene scene = draw();
                ByteBuffer png = scene.png();
                SampleRandom draws = SampleRandom.of(seed, 0, round);
                ImageTransform transform = round % 8 == 0 ? evaluation : training;
                assertThat(transform.apply(png, draws, batch, 0).good()).isTrue();
                PixelMap map = transform.map(png, draws);
                String context =
                        "seed=%d, crop=%s, round=%d, orientation=%d, map=%s"
                                .formatted(seed, crop, round, scene.orientation, map);
                Annotations moved = scene.annotations.moved(map, MIRRORED);
                check(scene, moved, map, new Found(batch), context);
                mirrored += map.mirrors() ? 1 : 0;
                lost += 2 - moved.instances().size();
            }
            assertThat(mirrored).as("seed=%d", seed).isBetween(20, 100);
            if (crop == Crop.RANDOM_RESIZED) { // small enough to lose whole objects
                assertThat(lost).as("seed=%d", seed).isPositive();
            }
        }
    }

    private static void check(
            Scene scene, Annotations moved, PixelMap map, Found found, String context) {
        assertThat(moved.width()).isEqualTo(SIDE);
        assertThat(moved.height()).isEqualTo(SIDE);
        Instance rectangle = ofClass(moved, 0);
        if (rectangle == null) {
            assertThat(found.count(1)).as(context).isZero();
        } else {
            checkBox(rectangle.box(), found, context);
            checkKeypoints(scene, rectangle.keypoints(), map, found, context);
        }
        Instance ellipse = ofClass(moved, 1);
        byte[] pixels = ellipse == null ? new byte[SIDE * SIDE] : ellipse.mask().pixels();
        byte[] classes = moved.mask().values();
        int wrong = 0;
        int wrongClass = 0;
        for (int i = 0; i < pixels.length; i++) {
            wrong += pixels[i] != (found.marker[i] == 2 ? 1 : 0) ? 1 : 0;
            wrongClass += classes[i] != (found.marker[i] <= 2 ? found.marker[i] : 0) ? 1 : 0;
        }
        // pixels on the outline are mixed colours: less than one all around
        assertThat(wrong).as(context).isLessThanOrEqualTo(1 + SIDE + found.count(2) / 20);
        assertThat(wrongClass)
                .as(context)
                .isLessThanOrEqualTo(3 * SIDE + (found.count(1) + found.count(2)) / 20);
        if (ellipse != null) {
            assertThat((double) ellipse.area()).isEqualTo(ellipse.mask().area());
        }
    }

    private static Instance ofClass(Annotations annotations, int id) {
        return annotations.instances().stream()
                .filter(i -> i.classId() == id)
                .findFirst()
                .orElse(null);
    }

    private static void checkBox(Box box, Found found, String context) {
        if (box.width() < 2 || box.height() < 2) {
            return; // a strip that may mix with what is beside it
        }
        double[] edges = found.edges(1);
        assertThat(edges[0]).as(context).isCloseTo(box.x(), within(1.0));
        assertThat(edges[1]).as(context).isCloseTo(box.y(), within(1.0));
        assertThat(edges[2]).as(context).isCloseTo(box.x() + box.width(), within(1.0));
        assertThat(edges[3]).as(context).isCloseTo(box.y() + box.height(), within(1.0));
    }

    /** In a mirror the first keypoint is the one that was drawn as the second. */
    private static void checkKeypoints(
            Scene scene, List<Keypoint> moved, PixelMap map, Found found, String context) {
        for (int k = 0; k < 2; k++) {
            int drawn = map.mirrors() ? 1 - k : k;
            Keypoint before = scene.annotations.instances().get(0).keypoints().get(drawn);
            double[] corners =
                    Stream.of(-1, 1)
                            .flatMap(
                                    sign ->
                                            Stream.of(
                                                    map.x(
                                                            before.x() + sign * MARK / 2.0,
                                                            before.y() + sign * MARK / 2.0),
                                                    map.y(
                                                            before.x() + sign * MARK / 2.0,
                                                            before.y() + sign * MARK / 2.0)))
                            .mapToDouble(d -> d)
                            .toArray();
            boolean whole = Arrays.stream(corners).allMatch(c -> c >= 0 && c <= SIDE);
            if (whole) {
                double[] centre = found.centre(3 + drawn);
                assertThat((double) moved.get(k).x()).as(context).isCloseTo(centre[0], within(1.));
                assertThat((double) moved.get(k).y()).as(context).isCloseTo(centre[1], within(1.));
                assertThat(moved.get(k).visibility()).isEqualTo(Keypoint.Visibility.VISIBLE);
            } else if (found.count(3 + drawn) == 0) {
                assertThat(moved.get(k)).as(context).isEqualTo(Keypoint.NONE);
            }
        }
    }

    /** Which marker each pixel shows, by the nearest colour. */
    private static final class Found {
        final int[] marker = new int[SIDE * SIDE];

        Found(ByteBuffer batch) {
            for (int i = 0; i < marker.length; i++) {
                double nearest = Double.MAX_VALUE;
                for (int m = 0; m < COLOURS.length; m++) {
                    double distance = 0;
                    for (int c = 0; c < 3; c++) {
                        int wanted = COLOURS[m] >> 16 - 8 * c & 0xff;
                        distance += Math.pow((batch.get(3 * i + c) & 0xff) - wanted, 2);
                    }
                    if (distance < nearest) {
                        nearest = distance;
                        marker[i] = m;
                    }
                }
            }
        }

        int count(int wanted) {
            int count = 0;
            for (int m : marker) {
                count += m == wanted ? 1 : 0;
            }
            return count;
        }

        double[] centre(int wanted) {
            double x = 0;
            double y = 0;
            for (int i = 0; i < marker.length; i++) {
                x += marker[i] == wanted ? i % SIDE + 0.5 : 0;
                y += marker[i] == wanted ? i / SIDE + 0.5 : 0;
            }
            return new double[] {x / count(wanted), y / count(wanted)};
        }

        /** Left, top, right, bottom. */
        double[] edges(int wanted) {
            double[] edges = {SIDE, SIDE, 0, 0};
            for (int i = 0; i < marker.length; i++) {
                if (marker[i] == wanted) {
                    edges[0] = Math.min(edges[0], i % SIDE);
                    edges[1] = Math.min(edges[1], i / SIDE);
                    edges[2] = Math.max(edges[2], i % SIDE + 1);
                    edges[3] = Math.max(edges[3], i / SIDE + 1);
                }
            }
            return edges;
        }
    }

    @Test
    void shouldRefuseWhatTurnsAndShears() {
        ImageConfig config =
                new ImageConfig(
                        SIDE, null, 0, null, true, new RandAugmentConfig(2, 9.0), null, null, null);
        try (ImageTransform training = ImageTransform.training(config)) {
            assertThatThrownBy(() -> training.map(draw().png(), SampleRandom.of(1, 2, 3)))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("data.image.rand_augment.operations=0");
        }
    }
}
