package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jft.data.image.TestImages.direct;
import static org.jft.data.image.TestImages.jpeg;
import static org.jft.data.image.TestImages.plain;
import static org.jft.data.image.TestImages.png;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jft.core.config.ColorJitterConfig;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.ImageConfig.Crop;
import org.jft.core.config.RandAugmentConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImageTransformTest {
    private static final SampleRandom ANY = SampleRandom.of(1, 2, 3);

    private final ImageConfig eight =
            new ImageConfig(8, null, 0, null, true, null, null, null, null);
    private final ImageTransform centred = ImageTransform.evaluation(eight, 1);

    @AfterEach
    void close() {
        centred.close();
    }

    @Test
    void shouldKeepRedRedInEveryFormat() {
        int red = 0xc8280a; // 200, 40, 10
        assertColour(png(plain(20, 10, red)), 200, 40, 10, 0);
        assertColour(jpeg(plain(20, 10, red)), 200, 40, 10, 4);
        assertColour(TestImages.losslessWebp(20, 10), 200, 40, 10, 0);
        assertColour(TestImages.lossyWebp(20, 10), 200, 40, 10, 6);
    }

    @Test
    void shouldLayTransparencyOverWhite() {
        int[][] cases = {{255, 200, 40, 10}, {0, 255, 255, 255}, {128, 227, 147, 132}};
        for (int[] expected : cases) {
            BufferedImage image = new BufferedImage(9, 9, BufferedImage.TYPE_4BYTE_ABGR);
            for (int i = 0; i < 81; i++) {
                image.setRGB(i % 9, i / 9, expected[0] << 24 | 0xc8280a);
            }
            assertColour(png(image), expected[1], expected[2], expected[3], 0);
        }
        assertColour(TestImages.transparentWebp(20, 10, 101), 227, 147, 132, 0);
        assertColour(TestImages.transparentWebp(20, 10, 80), 227, 147, 132, 4);
    }

    @Test
    void shouldReadGreyAndSixteenBits() {
        assertColour(png(grey(BufferedImage.TYPE_BYTE_GRAY, 100)), 100, 100, 100, 0);
        assertColour(jpeg(grey(BufferedImage.TYPE_BYTE_GRAY, 100)), 100, 100, 100, 1);
        assertColour(png(grey(BufferedImage.TYPE_USHORT_GRAY, 100 << 8)), 100, 100, 100, 0);
    }

    @Test
    void shouldReadPalettesWithAndWithoutTransparency() {
        byte[] r = {0, (byte) 200};
        byte[] g = {0, 40};
        byte[] b = {0, 10};
        IndexColorModel opaque = new IndexColorModel(8, 2, r, g, b);
        IndexColorModel halfClear = new IndexColorModel(8, 2, r, g, b, new byte[] {0, (byte) 128});
        assertColour(png(indexed(opaque)), 200, 40, 10, 0);
        assertColour(png(indexed(halfClear)), 227, 147, 132, 0);
    }

    @Test
    void shouldTurnImagesUprightByExif() {
        // 4 quadrants, 16 x 8: red green / blue white, as the camera stored them.
        int[] quadrants = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff};
        BufferedImage stored = new BufferedImage(160, 80, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < 80; y++) {
            for (int x = 0; x < 160; x++) {
                stored.setRGB(x, y, quadrants[y / 40 * 2 + x / 80]);
            }
        }
        // Upright quadrants, row by row, as indices of the stored ones; EXIF 2.3, 4.6.4.
        int[][] upright = {
            {0, 1, 2, 3}, {1, 0, 3, 2}, {3, 2, 1, 0}, {2, 3, 0, 1},
            {0, 2, 1, 3}, {2, 0, 3, 1}, {3, 1, 2, 0}, {1, 3, 0, 2}
        };
        for (int tag = 1; tag <= 8; tag++) {
            byte[] jpeg = TestImages.withExif(jpeg(stored), tag);
            byte[] png = TestImages.pngWithExif(png(stored), tag);
            for (int quadrant = 0; quadrant < 4; quadrant++) {
                int expected = quadrants[upright[tag - 1][quadrant]];
                int x = quadrant % 2 == 0 ? 1 : 6;
                int y = quadrant / 2 == 0 ? 1 : 6;
                assertThat(near(pixel(evaluate(jpeg), x, y), expected, 6))
                        .as("tag %d", tag)
                        .isTrue();
                assertThat(near(pixel(evaluate(png), x, y), expected, 0))
                        .as("tag %d", tag)
                        .isTrue();
            }
        }
    }

    @Test
    void shouldAverageAreasWhenShrinking() {
        BufferedImage image = TestImages.noise(16, 16, 5);
        ByteBuffer small = evaluate(png(image));
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                for (int shift = 0; shift <= 16; shift += 8) {
                    int sum = 0;
                    for (int i = 0; i < 4; i++) {
                        sum += image.getRGB(2 * x + i % 2, 2 * y + i / 2) >> shift & 0xff;
                    }
                    int actual = pixel(small, x, y) >> shift & 0xff;
                    assertThat(Math.abs(actual - sum / 4.0)).isLessThanOrEqualTo(0.5);
                }
            }
        }
    }

    /** One side shrinks, one grows: plain interpolation would miss 15 of 16 columns. */
    @Test
    void shouldAverageTheSideThatShrinksWhenTheOtherGrows() {
        BufferedImage stripes = new BufferedImage(128, 4, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < 128 * 4; i++) {
            stripes.setRGB(i % 128, i / 128, i % 2 == 0 ? 0xffffff : 0);
        }
        ByteBuffer small = evaluate(png(stripes));
        for (int i = 0; i < 64; i++) {
            assertThat(near(pixel(small, i % 8, i / 8), 0x808080, 1)).isTrue();
        }
    }

    @Test
    void shouldCopyPixelsWhenNothingIsResized() {
        BufferedImage image = TestImages.noise(8, 8, 6);
        ByteBuffer same = evaluate(png(image));
        for (int i = 0; i < 64; i++) {
            assertThat(pixel(same, i % 8, i / 8)).isEqualTo(image.getRGB(i % 8, i / 8) & 0xffffff);
        }
    }

    @Test
    void shouldCutAndMirrorWhatTheDrawsSay() {
        ImageConfig config =
                new ImageConfig(40, Crop.RESIZE_CROP, 100, null, true, null, null, null, null);
        byte[] image = png(TestImages.coordinates(100, 100));
        try (ImageTransform training = ImageTransform.training(config)) {
            boolean both = false;
            boolean seenMirrored = false;
            for (int row = 0; row < 20; row++) {
                SampleRandom draws = SampleRandom.of(9, 0, row);
                Framing framing = Framing.random(config, 100, 100, draws);
                ByteBuffer out = ByteBuffer.allocateDirect(ImageTransform.viewBytes(config));
                assertThat(training.apply(direct(image), draws, out, 0).good()).isTrue();
                for (int y = 0; y < 40; y++) {
                    for (int x = 0; x < 40; x++) {
                        int column = framing.cutLeft() + (framing.mirrored() ? 39 - x : x);
                        int line = framing.cutTop() + y;
                        assertThat(pixel(out, x, y, 40)).isEqualTo(column << 16 | line << 8 | 77);
                    }
                }
                both |= seenMirrored && !framing.mirrored();
                seenMirrored |= framing.mirrored();
            }
            assertThat(both).isTrue();
        }
    }

    @Test
    void shouldCutCornersAndCentreAndMirrorThem() {
        ImageConfig config =
                new ImageConfig(40, Crop.RESIZE_CROP, 101, null, true, null, null, null, null);
        byte[] image = png(TestImages.coordinates(101, 101));
        int[][] places = {{0, 0}, {61, 0}, {0, 61}, {61, 61}, {30, 30}};
        ByteBuffer out = ByteBuffer.allocateDirect(2 * 10 * ImageTransform.viewBytes(config));
        try (ImageTransform ten = ImageTransform.evaluation(config, 10)) {
            assertThat(ten.slotBytes()).isEqualTo(48_000);
            assertThat(ten.apply(direct(image), ANY, out, 1).good()).isTrue();
        }
        for (int view = 0; view < 10; view++) {
            ByteBuffer square = out.slice(48_000 + view * 4800, 4800);
            for (int i = 0; i < 1600; i++) {
                int column = places[view % 5][0] + (view < 5 ? i % 40 : 39 - i % 40);
                int line = places[view % 5][1] + i / 40;
                assertThat(pixel(square, i % 40, i / 40, 40))
                        .as("view %d", view)
                        .isEqualTo(column << 16 | line << 8 | 77);
            }
        }
        for (int i = 0; i < 48_000; i++) {
            assertThat((int) out.get(i)).isZero(); // slot 0 is untouched
        }
    }

    @Test
    void shouldResizeTheRandomBoxAndNothingElse() {
        ImageConfig config = new ImageConfig(32, null, 0, 0.1, true, null, null, null, null);
        byte[] image = png(TestImages.coordinates(250, 200));
        try (ImageTransform training = ImageTransform.training(config)) {
            for (int row = 0; row < 50; row++) {
                SampleRandom draws = SampleRandom.of(9, 0, row);
                Framing box = Framing.random(config, 250, 200, draws);
                ByteBuffer out = ByteBuffer.allocateDirect(ImageTransform.viewBytes(config));
                training.apply(direct(image), draws, out, 0);
                for (int i = 0; i < 32; i++) {
                    // The centre of output pixel i lies (i + 0.5) / 32 into the box.
                    int x = box.mirrored() ? 31 - i : i;
                    double column = box.left() + (i + 0.5) / 32 * box.width() - 0.5;
                    double line = box.top() + (i + 0.5) / 32 * box.height() - 0.5;
                    assertThat((double) (pixel(out, x, 5, 32) >> 16))
                            .isBetween(column - 1.1, column + 1.1);
                    assertThat((double) (pixel(out, 5, i, 32) >> 8 & 0xff))
                            .isBetween(line - 1.1, line + 1.1);
                }
            }
        }
    }

    @Test
    void shouldFillItsSlotAndNoOther() {
        ByteBuffer batch = ByteBuffer.allocateDirect(3 * 192);
        for (int i = 0; i < batch.capacity(); i++) {
            batch.put(i, (byte) 99);
        }
        centred.apply(direct(png(plain(30, 20, 0x010203))), ANY, batch, 1);
        for (int i = 0; i < batch.capacity(); i++) {
            int expected = i / 192 == 1 ? 1 + i % 3 : 99;
            assertThat((int) batch.get(i)).isEqualTo(expected);
        }
    }

    @Test
    void shouldDecodeEverySize() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            int width = 1 + random.nextInt(i % 3 == 0 ? 10 : 400);
            int height = 1 + random.nextInt(i % 5 == 0 ? 10 : 400);
            assertColour(png(plain(width, height, 0x123456)), 0x12, 0x34, 0x56, 0);
            assertColour(jpeg(plain(width, height, 0x808080)), 128, 128, 128, 1);
        }
    }

    /** A buffer that is reused must not leak one image into the next. */
    @Test
    void shouldNotRememberTheImageBefore() {
        byte[][] files = {
            png(TestImages.noise(40, 30, 1)),
            jpeg(TestImages.noise(40, 30, 2)),
            TestImages.transparentWebp(40, 30, 101),
            TestImages.withExif(jpeg(TestImages.noise(30, 40, 3)), 6),
            png(TestImages.noise(7, 300, 4)),
            Arrays.copyOf(jpeg(TestImages.noise(40, 30, 5)), 700)
        };
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        RandAugmentConfig strong = new RandAugmentConfig(3, 15.0);
        ColorJitterConfig jitter = new ColorJitterConfig(0.4, 0.4, 0.4, 0.1);
        ImageConfig config = new ImageConfig(16, null, 20, 0.3, true, strong, jitter, null, null);
        ByteBuffer scratch = ByteBuffer.allocateDirect(1 << 16);
        try (ImageTransform reused = ImageTransform.training(config)) {
            for (int i = 0; i < 200; i++) {
                byte[] file = files[random.nextInt(files.length)];
                SampleRandom draws = SampleRandom.of(seed, 0, i);
                ByteBuffer expected = ByteBuffer.allocateDirect(16 * 16 * 3);
                ByteBuffer actual = ByteBuffer.allocateDirect(16 * 16 * 3);
                try (ImageTransform fresh = ImageTransform.training(config)) {
                    fresh.apply(direct(file), draws, expected, 0);
                }
                reused.apply(scratch.clear().put(file).flip(), draws, actual, 0);
                assertThat(actual).as("seed=%d, image %d", seed, i).isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldSayWhyAnImageIsBad() {
        byte[] photo = jpeg(TestImages.noise(100, 80, 1));
        assertBad(Arrays.copyOf(photo, photo.length / 2), "corrupt or cut off");
        assertBad(Arrays.copyOf(photo, 5), "only 5 bytes long");
        byte[] drawing = png(TestImages.noise(100, 80, 1));
        assertBad(Arrays.copyOf(drawing, drawing.length / 2), "PNG: cut off after");
        byte[] webp = TestImages.lossyWebp(100, 80);
        assertBad(Arrays.copyOf(webp, webp.length / 2), "WebP: cut off after");
        assertBad("<html>this is not the image you asked for</html>".getBytes(), "neither JPEG");
    }

    @Test
    void shouldRefuseAbsurdSizesByTheirHeader() {
        assertBad(
                TestImages.pngClaiming(25_000, 24_920),
                "25000 x 24920 pixels, more than 50 million");
    }

    @Test
    void shouldGoOnAfterABadImage() {
        assertBad(TestImages.pngClaiming(30, 20), "corrupt or cut off");
        assertColour(png(plain(20, 10, 0xc8280a)), 200, 40, 10, 0);
    }

    @Test
    void shouldRefuseASlotOutsideTheBatch() {
        ByteBuffer image = direct(png(plain(2, 2, 0)));
        ByteBuffer batch = ByteBuffer.allocateDirect(2 * 192);
        assertThatThrownBy(() -> centred.apply(image, ANY, batch, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slot=2");
    }

    private ByteBuffer evaluate(byte[] file) {
        ByteBuffer out = ByteBuffer.allocateDirect(192);
        Outcome outcome = centred.apply(direct(file), ANY, out, 0);
        assertThat(outcome.problem()).isNull();
        return out;
    }

    private void assertBad(byte[] file, String reason) {
        Outcome outcome = centred.apply(direct(file), ANY, ByteBuffer.allocateDirect(192), 0);
        assertThat(outcome.good()).isFalse();
        assertThat(outcome.problem()).contains(reason).doesNotContain("\n");
    }

    private void assertColour(byte[] file, int red, int green, int blue, int tolerance) {
        ByteBuffer out = evaluate(file);
        int expected = red << 16 | green << 8 | blue;
        for (int i = 0; i < 64; i++) {
            int actual = pixel(out, i % 8, i / 8);
            assertThat(near(actual, expected, tolerance))
                    .as("%06x is %06x +- %d", actual, expected, tolerance)
                    .isTrue();
        }
    }

    private static boolean near(int actual, int expected, int tolerance) {
        for (int shift = 0; shift <= 16; shift += 8) {
            if (Math.abs((actual >> shift & 0xff) - (expected >> shift & 0xff)) > tolerance) {
                return false;
            }
        }
        return true;
    }

    private static int pixel(ByteBuffer square, int x, int y) {
        return pixel(square, x, y, 8);
    }

    private static int pixel(ByteBuffer square, int x, int y, int side) {
        int at = 3 * (y * side + x);
        return (square.get(at) & 0xff) << 16
                | (square.get(at + 1) & 0xff) << 8
                | square.get(at + 2) & 0xff;
    }

    private static BufferedImage grey(int type, int value) {
        BufferedImage image = new BufferedImage(12, 9, type);
        for (int i = 0; i < 12 * 9; i++) {
            image.getRaster().setSample(i % 12, i / 12, 0, value);
        }
        return image;
    }

    private static BufferedImage indexed(IndexColorModel palette) {
        BufferedImage image = new BufferedImage(12, 9, BufferedImage.TYPE_BYTE_INDEXED, palette);
        for (int i = 0; i < 12 * 9; i++) {
            image.getRaster().setSample(i % 12, i / 12, 0, 1);
        }
        return image;
    }
}
