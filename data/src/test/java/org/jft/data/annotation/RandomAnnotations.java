package org.jft.data.annotation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Objects that mean nothing; equal seeds give equal ones. */
public final class RandomAnnotations {
    private RandomAnnotations() {}

    /** Draws the annotations of an image. */
    public static Annotations draw(Random random, int width, int height, int classes) {
        List<Instance> instances = new ArrayList<>();
        int keypoints = random.nextInt(3); // 0: no object has any
        for (int left = random.nextInt(4); left > 0; left--) {
            instances.add(
                    new Instance(
                            random.nextInt(classes),
                            new Box(
                                    random.nextFloat() * width,
                                    random.nextFloat() * height,
                                    0.1f + random.nextFloat() * width,
                                    0.1f + random.nextFloat() * height),
                            random.nextFloat() * width * height,
                            random.nextBoolean(),
                            random.nextBoolean(),
                            random.nextBoolean() ? null : mask(random, width, height),
                            keypoints == 0 || random.nextInt(4) == 0
                                    ? null
                                    : keypoints(random, keypoints)));
        }
        byte[] values = new byte[width * height];
        for (int i = 0; i < values.length; i++) {
            int value = random.nextInt(classes + 2);
            values[i] = (byte) (value > classes ? ClassMask.IGNORED : value);
        }
        return new Annotations(
                width,
                height,
                instances,
                random.nextBoolean() ? null : ClassMask.of(width, height, values));
    }

    /** Draws a mask, sometimes of nothing or of all. */
    public static RunLengthMask mask(Random random, int width, int height) {
        return RunLengthMask.ofPixels(width, height, pixels(random, width, height));
    }

    /** Draws [height, width] of 0 and 1, in spots. */
    static byte[] pixels(Random random, int width, int height) {
        byte[] pixels = new byte[width * height];
        double changes = random.nextInt(4) == 0 ? 0 : random.nextDouble();
        byte value = (byte) random.nextInt(2);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                value ^= (byte) (random.nextDouble() < changes ? 1 : 0);
                pixels[y * width + x] = value;
            }
        }
        return pixels;
    }

    private static List<Keypoint> keypoints(Random random, int count) {
        List<Keypoint> keypoints = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            Keypoint.Visibility visibility = Keypoint.Visibility.of(random.nextInt(3));
            keypoints.add(
                    visibility == Keypoint.Visibility.UNLABELLED
                            ? Keypoint.NONE
                            : new Keypoint(random.nextFloat(), random.nextFloat(), visibility));
        }
        return keypoints;
    }
}
