package org.jft.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.jft.data.header.Orientation;
import org.junit.jupiter.api.Test;

class PixelMapTest {
    private static final int OUTSIDE = ClassMask.IGNORED;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** A picture that is moved step by step, pixel by pixel: [height][width]. */
    private static int[][] window(int[][] image, int left, int top, int width, int height) {
        int[][] cut = new int[height][width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean inside =
                        y + top >= 0
                                && y + top < image.length
                                && x + left >= 0
                                && x + left < image[0].length;
                cut[y][x] = inside ? image[y + top][x + left] : OUTSIDE;
            }
        }
        return cut;
    }

    private static int[][] mirrored(int[][] image) {
        int[][] mirrored = new int[image.length][image[0].length];
        for (int y = 0; y < image.length; y++) {
            for (int x = 0; x < image[0].length; x++) {
                mirrored[y][image[0].length - 1 - x] = image[y][x];
            }
        }
        return mirrored;
    }

    private static int[][] doubled(int[][] image) {
        int[][] doubled = new int[2 * image.length][2 * image[0].length];
        for (int y = 0; y < doubled.length; y++) {
            for (int x = 0; x < doubled[0].length; x++) {
                doubled[y][x] = image[y / 2][x / 2];
            }
        }
        return doubled;
    }

    @Test
    void shouldMoveMasksAsPixelsMoveOneByOne() {
        for (int round = 0; round < 200; round++) {
            int width = 1 + random.nextInt(12);
            int height = 1 + random.nextInt(12);
            int[][] image = new int[height][width];
            byte[] values = new byte[width * height];
            for (int i = 0; i < values.length; i++) {
                values[i] = (byte) random.nextInt(5);
                image[i / width][i % width] = values[i];
            }
            PixelMap map = PixelMap.identity(width, height);
            for (int step = random.nextInt(5); step > 0; step--) {
                switch (random.nextInt(3)) {
                    case 0 -> {
                        int left = random.nextInt(7) - 3;
                        int top = random.nextInt(7) - 3;
                        int newWidth = 1 + random.nextInt(12);
                        int newHeight = 1 + random.nextInt(12);
                        map = map.window(left, top, newWidth, newHeight);
                        image = window(image, left, top, newWidth, newHeight);
                    }
                    case 1 -> {
                        map = map.mirrored();
                        image = mirrored(image);
                    }
                    default -> {
                        map = map.resized(2 * map.width(), 2 * map.height());
                        image = doubled(image);
                    }
                }
            }
            assertMoved(map, width, height, values, image, "round=" + round);
        }
    }

    private void assertMoved(
            PixelMap map, int width, int height, byte[] values, int[][] image, String round) {
        String context = "seed=%d, %s, %s".formatted(seed, round, map);
        Annotations moved =
                new Annotations(
                                width,
                                height,
                                List.of(object(RunLengthMask.ofPixels(width, height, values))),
                                ClassMask.of(width, height, values))
                        .moved(map, new int[0]);
        byte[] expected = new byte[map.width() * map.height()];
        byte[] object = new byte[expected.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) image[i / map.width()][i % map.width()];
            object[i] = (byte) (expected[i] != 0 && expected[i] != (byte) OUTSIDE ? 1 : 0);
        }
        assertThat(moved.mask().values()).as(context).isEqualTo(expected);
        RunLengthMask mask = RunLengthMask.ofPixels(map.width(), map.height(), object);
        assertThat(moved.instances().stream().map(Instance::mask).toList())
                .as(context)
                .isEqualTo(mask.area() == 0 ? List.of() : List.of(mask));
    }

    /** An object whose box is the image. */
    private static Instance object(RunLengthMask mask) {
        Box box = new Box(0, 0, mask.width(), mask.height());
        return new Instance(0, box, 7, false, false, mask, null);
    }

    @Test
    void shouldTurnAsExifSays() {
        byte[] stored = {
            1, 2, 3, //
            4, 5, 6
        };
        ClassMask mask = ClassMask.of(3, 2, stored);
        assertThat(mask.moved(PixelMap.upright(3, 2, Orientation.ROTATED_90)).values())
                .containsExactly(4, 1, 5, 2, 6, 3); // 2 wide
        assertThat(mask.moved(PixelMap.upright(3, 2, Orientation.ROTATED_180)).values())
                .containsExactly(6, 5, 4, 3, 2, 1);
        assertThat(PixelMap.upright(3, 2, Orientation.ROTATED_270).mirrors()).isFalse();
        assertThat(PixelMap.upright(3, 2, Orientation.TRANSPOSED).mirrors()).isTrue();
    }

    private static Annotations one(Box box, float area, List<Keypoint> keypoints) {
        Instance instance = new Instance(3, box, area, true, false, null, keypoints);
        return new Annotations(100, 50, List.of(instance), null);
    }

    @Test
    void shouldCutBoxesOffAtTheBorderAndShareOutTheirArea() {
        Annotations moved =
                one(new Box(10, 10, 20, 10), 120, null)
                        .moved(PixelMap.identity(100, 50).window(20, 0, 40, 50), new int[0]);
        Instance left = moved.instances().get(0);
        assertThat(left.box()).isEqualTo(new Box(0, 10, 10, 10));
        assertThat(left.area()).isEqualTo(60);
        assertThat(left.crowd()).isTrue();
        assertThat(left.classId()).isEqualTo(3);
        Annotations padded =
                one(new Box(10, 10, 20, 10), 120, null)
                        .moved(
                                PixelMap.identity(100, 50)
                                        .window(20, 0, 40, 50)
                                        .window(-30, -5, 100, 60),
                                new int[0]);
        assertThat(padded.instances().get(0).box()).isEqualTo(new Box(30, 15, 10, 10));
        Annotations larger =
                one(new Box(10, 10, 20, 10), 120, null)
                        .moved(PixelMap.identity(100, 50).resized(200, 150), new int[0]);
        assertThat(larger.instances().get(0).box()).isEqualTo(new Box(20, 30, 40, 30));
        assertThat(larger.instances().get(0).area()).isEqualTo(720);
    }

    @Test
    void shouldDropWhatLeftTheImage() {
        PixelMap right = PixelMap.identity(100, 50).window(50, 0, 50, 50);
        assertThat(one(new Box(10, 10, 40, 10), 9, null).moved(right, new int[0]).instances())
                .isEmpty(); // it ends where the window begins
        assertThat(one(new Box(10, 10, 40.5f, 10), 9, null).moved(right, new int[0]).instances())
                .hasSize(1);
    }

    @Test
    void shouldSwapLeftAndRightInAMirror() {
        Keypoint leftHand = new Keypoint(10, 20, Keypoint.Visibility.VISIBLE);
        Keypoint rightHand = new Keypoint(30, 20, Keypoint.Visibility.HIDDEN);
        Annotations person =
                one(new Box(5, 5, 90, 40), 9, List.of(leftHand, rightHand, Keypoint.NONE));
        int[] pairs = {1, 0, 2};
        PixelMap mirror = PixelMap.identity(100, 50).mirrored();
        assertThat(person.moved(mirror, pairs).instances().get(0).keypoints())
                .containsExactly(
                        new Keypoint(70, 20, Keypoint.Visibility.HIDDEN),
                        new Keypoint(90, 20, Keypoint.Visibility.VISIBLE),
                        Keypoint.NONE);
        PixelMap twice = mirror.mirrored().window(20, 0, 80, 50);
        assertThat(person.moved(twice, pairs).instances().get(0).keypoints())
                .containsExactly(
                        Keypoint.NONE, // left the image
                        new Keypoint(10, 20, Keypoint.Visibility.HIDDEN),
                        Keypoint.NONE);
        assertThatThrownBy(() -> person.moved(mirror, new int[] {1, 0}))
                .hasMessage("3 keypoints, but 2 mirrored ones");
    }
}
