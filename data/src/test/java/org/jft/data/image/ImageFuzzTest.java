package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.jft.core.config.ImageConfig;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ten thousand damaged images: each is decoded or named, and nothing around its slot is touched.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ImageFuzzTest {
    private static final int IMAGES = 10_000;
    private static final int SIDE = 32;
    private static final byte UNTOUCHED = 0x5a;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @ParameterizedTest
    @EnumSource
    void shouldDecodeOrNameEachOfTenThousandDamagedImages(JpegDecoder decoder) {
        assumeTrue(decoder.available());
        List<byte[]> sound = sound();
        ImageConfig config = new ImageConfig(SIDE, null, 0, null, null, null, null, null, null);
        int square = SIDE * SIDE * 3;
        ByteBuffer batch = ByteBuffer.allocateDirect(3 * square);
        int bad = 0;
        try (ImageTransform transform = ImageTransform.training(config, decoder)) {
            for (int i = 0; i < IMAGES; i++) {
                byte[] image = damage(sound.get(random.nextInt(sound.size())));
                fill(batch);
                String context = "seed=%d, image=%d, %s".formatted(seed, i, decoder);
                Outcome outcome =
                        transform.apply(
                                TestImages.direct(image), SampleRandom.of(seed, 0, i), batch, 1);
                if (!outcome.good()) {
                    bad++;
                    assertThat(outcome.problem()).as(context).isNotBlank().doesNotContain("\n");
                }
                for (int at = 0; at < square; at++) {
                    if (batch.get(at) != UNTOUCHED || batch.get(2 * square + at) != UNTOUCHED) {
                        throw new AssertionError(context + ": wrote outside of its slot");
                    }
                }
            }
            // what was damaged before must not show in what comes after
            Outcome outcome =
                    transform.apply(
                            TestImages.direct(sound.get(0)), SampleRandom.of(1, 1, 1), batch, 1);
            assertThat(outcome.good()).isTrue();
        }
        assertThat(bad).as("seed=%d", seed).isBetween(IMAGES / 20, IMAGES * 19 / 20);
    }

    private List<byte[]> sound() {
        BufferedImage photo = TestImages.photo(90, 70, seed);
        BufferedImage noise = TestImages.noise(40, 30, seed);
        byte[] jpeg = TestImages.jpeg(photo);
        return List.of(
                jpeg,
                TestImages.withExif(jpeg, 6),
                TestImages.jpeg(noise),
                TestImages.png(noise),
                TestImages.bmp(noise),
                TestImages.pngWithExif(TestImages.png(noise), 5),
                TestImages.lossyWebp(50, 40),
                TestImages.losslessWebp(50, 40),
                TestImages.transparentWebp(50, 40, 80),
                TestImages.webp(40, 50, opencv_core.CV_8UC1, new Scalar(99, 0, 0, 0), 70));
    }

    /** Flips bits, overwrites, blanks, moves, cuts off; more often where headers are. */
    private byte[] damage(byte[] sound) {
        byte[] damaged = sound.clone();
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times; i++) {
            int end = random.nextBoolean() ? damaged.length : Math.min(damaged.length, 700);
            int at = random.nextInt(end);
            int length = Math.min(damaged.length - at, 1 + random.nextInt(40));
            switch (random.nextInt(5)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt();
                case 2 -> Arrays.fill(damaged, at, at + length, (byte) (random.nextInt(2) - 1));
                case 3 ->
                        System.arraycopy(
                                damaged,
                                random.nextInt(damaged.length - length + 1),
                                damaged,
                                at,
                                length);
                default -> damaged = Arrays.copyOf(damaged, Math.max(1, at));
            }
        }
        return damaged;
    }

    private static void fill(ByteBuffer batch) {
        for (int i = 0; i < batch.capacity(); i++) {
            batch.put(i, UNTOUCHED);
        }
    }
}
