package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jft.data.image.TestImages.direct;
import static org.jft.data.image.TestImages.jpeg;
import static org.jft.data.image.TestImages.photo;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Random;
import javax.imageio.ImageIO;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.ImageConfig.Crop;
import org.jft.data.header.ImageHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pixels of both decoders against the JDK's decoder and our own triangle filter. */
class JpegDecoderTest {
    /** Of 0..255, mean over a square. */
    private static final double OPENCV_BOUND = 0.6;

    /** Half of rounding to integers, and a little for what the decoders round otherwise. */
    private static final double ROUNDING = 0.3;

    @ParameterizedTest
    @EnumSource
    void shouldResizeRandomCropsAsPillowDoes(JpegDecoder decoder) {
        assumeTrue(decoder.available());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ImageConfig config = random(224);
        double sum = 0;
        int crops = 0;
        try (ImageTransform transform = ImageTransform.training(config, decoder)) {
            for (int i = 0; i < 8; i++) {
                int width = 240 + random.nextInt(400);
                int height = 240 + random.nextInt(300);
                byte[] file = jpeg(photo(width, height, random.nextLong()));
                double[][][] pixels = TriangleFilter.pixels(read(file));
                for (int crop = 0; crop < 3; crop++, crops++) {
                    SampleRandom draws = SampleRandom.of(seed, crop, i);
                    Framing framing = Framing.random(config, width, height, draws);
                    ByteBuffer actual = apply(transform, file, draws, config);
                    double difference =
                            TriangleFilter.difference(
                                    TriangleFilter.frame(pixels, framing, 224), actual);
                    sum += difference;
                    if (decoder == JpegDecoder.LIBJPEG_TURBO) {
                        assertThat(difference)
                                .as("seed=%d, %d x %d, %s", seed, width, height, framing)
                                .isLessThan(ROUNDING);
                    }
                }
            }
        }
        assertThat(sum / crops).as("seed=%d", seed).isLessThan(OPENCV_BOUND);
    }

    /** Where DCT scaling starts: crops from 1.5 times twice the target on. */
    @Test
    void shouldStayNearTheFilterWhenItDecodesAtAHalfAQuarterOrAnEighth() {
        assumeTrue(JpegDecoder.LIBJPEG_TURBO.available());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ImageConfig config = random(40);
        double sum = 0;
        try (ImageTransform transform =
                ImageTransform.training(config, JpegDecoder.LIBJPEG_TURBO)) {
            for (int i = 0; i < 12; i++) {
                int width = 200 + random.nextInt(600);
                int height = 200 + random.nextInt(600);
                byte[] file = jpeg(photo(width, height, random.nextLong()));
                SampleRandom draws = SampleRandom.of(seed, 0, i);
                Framing framing = Framing.random(config, width, height, draws);
                ByteBuffer actual = apply(transform, file, draws, config);
                sum +=
                        TriangleFilter.difference(
                                TriangleFilter.frame(
                                        TriangleFilter.pixels(read(file)), framing, 40),
                                actual);
            }
        }
        assertThat(sum / 12).as("seed=%d", seed).isLessThan(OPENCV_BOUND);
    }

    @Test
    void shouldTurnCropMirrorAndCutAsOpenCvDoes() {
        assumeTrue(JpegDecoder.LIBJPEG_TURBO.available());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ImageConfig cut =
                new ImageConfig(48, Crop.RESIZE_CROP, 61, null, true, null, null, null, null);
        for (ImageConfig config : new ImageConfig[] {random(48), cut}) {
            for (int tag = 1; tag <= 8; tag++) {
                byte[] stored = jpeg(photo(90 + random.nextInt(200), 120, random.nextLong()));
                byte[] file = TestImages.withExif(stored, tag);
                SampleRandom draws = SampleRandom.of(seed, tag, 0);
                for (Views views : Views.values()) {
                    ByteBuffer turbo = views.decode(config, JpegDecoder.LIBJPEG_TURBO, file, draws);
                    ByteBuffer opencv = views.decode(config, JpegDecoder.OPENCV, file, draws);
                    assertThat(difference(turbo, opencv))
                            .as("seed=%d, tag %d, %s of %s", seed, tag, views, config)
                            .isLessThan(1.2);
                }
            }
        }
    }

    private enum Views {
        TRAINING,
        CENTRE,
        TEN;

        ByteBuffer decode(
                ImageConfig config, JpegDecoder decoder, byte[] file, SampleRandom draws) {
            try (ImageTransform transform =
                    this == TRAINING
                            ? ImageTransform.training(config, decoder)
                            : ImageTransform.evaluation(config, this == TEN ? 10 : 1, decoder)) {
                return apply(transform, file, draws, config);
            }
        }
    }

    /** The smallest images and boxes, where supports reach over every border. */
    @Test
    void shouldDecodeEverySizeAsTheFilterSays() {
        assumeTrue(JpegDecoder.LIBJPEG_TURBO.available());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (JpegCropper cropper = new JpegCropper()) {
            for (int i = 0; i < 300; i++) {
                int width = 1 + random.nextInt(i % 2 == 0 ? 20 : 90);
                int height = 1 + random.nextInt(i % 3 == 0 ? 20 : 90);
                byte[] file = jpeg(photo(width, height, random.nextLong()));
                int boxWidth = 1 + random.nextInt(width);
                int boxHeight = 1 + random.nextInt(height);
                int resize = 1 + random.nextInt(60);
                int size = 1 + random.nextInt(resize);
                Framing framing =
                        new Framing(
                                random.nextInt(width - boxWidth + 1),
                                random.nextInt(height - boxHeight + 1),
                                boxWidth,
                                boxHeight,
                                resize,
                                random.nextInt(resize - size + 1),
                                random.nextInt(resize - size + 1),
                                random.nextBoolean());
                ByteBuffer out = ByteBuffer.allocateDirect(3 * size * size);
                ByteBuffer encoded = direct(file);
                assertThat(cropper.crop(encoded, ImageHeader.read(encoded), framing, size, out, 0))
                        .isTrue();
                boolean whole = Math.min(boxWidth, boxHeight) / 3 < resize; // no DCT scaling
                double[][][] expected =
                        TriangleFilter.frame(TriangleFilter.pixels(read(file)), framing, size);
                assertThat(TriangleFilter.difference(expected, out))
                        .as("seed=%d, image %d, %d x %d, %s", seed, i, width, height, framing)
                        .isLessThan(whole ? 0.75 : 6);
            }
        }
    }

    @Test
    void shouldRefuseASquareOutsideTheBuffer() {
        assumeTrue(JpegDecoder.LIBJPEG_TURBO.available());
        ByteBuffer file = direct(jpeg(photo(30, 20, 1)));
        ImageHeader header = ImageHeader.read(file);
        Framing framing = new Framing(0, 0, 30, 20, 8, 0, 0, true);
        try (JpegCropper cropper = new JpegCropper()) {
            ByteBuffer exact = ByteBuffer.allocateDirect(192);
            assertThat(cropper.crop(file, header, framing, 8, exact, 0)).isTrue();
            assertThat(cropper.crop(file, header, framing, 8, exact, 1)).isFalse();
            assertThat(cropper.crop(file, header, framing, 8, exact, -1)).isFalse();
            Framing outside = new Framing(1, 0, 30, 20, 8, 0, 0, false);
            assertThat(cropper.crop(file, header, outside, 8, exact, 0)).isFalse();
        }
    }

    @Test
    void shouldUseTheDecoderThatThePropertyNames() {
        String before = System.getProperty(JpegDecoder.PROPERTY);
        try {
            System.setProperty(JpegDecoder.PROPERTY, "opencv");
            assertThat(JpegDecoder.preferred()).isEqualTo(JpegDecoder.OPENCV);
            System.setProperty(JpegDecoder.PROPERTY, "imagemagick");
            assertThatThrownBy(JpegDecoder::preferred)
                    .hasMessage("-Djft.jpeg=imagemagick: there is libjpeg-turbo and opencv");
        } finally {
            if (before == null) {
                System.clearProperty(JpegDecoder.PROPERTY);
            } else {
                System.setProperty(JpegDecoder.PROPERTY, before);
            }
        }
    }

    private static ImageConfig random(int size) {
        return new ImageConfig(size, null, 0, null, true, null, null, null, null);
    }

    private static ByteBuffer apply(
            ImageTransform transform, byte[] file, SampleRandom draws, ImageConfig config) {
        ByteBuffer out = ByteBuffer.allocateDirect(transform.slotBytes());
        assertThat(transform.apply(direct(file), draws, out, 0).problem()).isNull();
        return out;
    }

    private static double difference(ByteBuffer one, ByteBuffer other) {
        double sum = 0;
        for (int i = 0; i < one.capacity(); i++) {
            sum += Math.abs((one.get(i) & 0xff) - (other.get(i) & 0xff));
        }
        return sum / one.capacity();
    }

    private static BufferedImage read(byte[] file) {
        try {
            return ImageIO.read(new ByteArrayInputStream(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
