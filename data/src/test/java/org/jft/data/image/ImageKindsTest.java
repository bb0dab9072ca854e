package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.data.image.TestImages.direct;
import static org.jft.data.image.TestImages.png;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.jft.core.config.ImageConfig;
import org.junit.jupiter.api.Test;

/** PNG in its depths and colour types, and WebP with a camera's orientation. */
class ImageKindsTest {
    private static final int SIDE = 8;

    @Test
    void shouldReadSixteenBitColourWithAndWithoutTransparency() {
        int[] rgba = {200 << 8 | 200, 40 << 8 | 40, 10 << 8 | 10, 128 << 8 | 128};
        assertColour(
                png(raw(DataBuffer.TYPE_USHORT, ColorSpace.CS_sRGB, false, rgba)), 200, 40, 10);
        assertColour(
                png(raw(DataBuffer.TYPE_USHORT, ColorSpace.CS_sRGB, true, rgba)), 227, 147, 132);
    }

    @Test
    void shouldLayTransparentGreyOverWhite() {
        int[] eight = {60, 128};
        assertColour(
                png(raw(DataBuffer.TYPE_BYTE, ColorSpace.CS_GRAY, true, eight)), 157, 157, 157);
        int[] sixteen = {60 << 8 | 60, 128 << 8 | 128};
        assertColour(
                png(raw(DataBuffer.TYPE_USHORT, ColorSpace.CS_GRAY, true, sixteen)), 157, 157, 157);
    }

    @Test
    void shouldReadPalettesOfOneTwoFourAndEightBits() {
        for (int bits : new int[] {1, 2, 4, 8}) {
            byte[] reds = new byte[1 << bits];
            byte[] greens = new byte[1 << bits];
            byte[] blues = new byte[1 << bits];
            reds[1] = (byte) 200;
            greens[1] = 40;
            blues[1] = 10;
            IndexColorModel palette = new IndexColorModel(bits, 1 << bits, reds, greens, blues);
            int type = bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY;
            BufferedImage image = new BufferedImage(SIDE, SIDE, type, palette);
            for (int i = 0; i < SIDE * SIDE; i++) {
                image.getRaster().setSample(i % SIDE, i / SIDE, 0, 1);
            }
            assertColour(png(image), 200, 40, 10);
        }
    }

    /** Left half red, right half green, as stored; the tags of EXIF turn it. */
    @Test
    void shouldTurnWebpUprightByExif() {
        byte[] red = TestImages.webp(40, 20, opencv_core.CV_8UC3, new Scalar(0, 0, 255, 0), 95);
        assertColour(TestImages.webpWithExif(red, 40, 20, 6), 255, 0, 0, 4);
        byte[] halves = TestImages.webpHalves(40, 20);
        int[] firstIsRed = {1, 4, 5, 6}; // the top left corner of the upright image
        for (int tag = 1; tag <= 8; tag++) {
            ByteBuffer square = decode(TestImages.webpWithExif(halves, 40, 20, tag));
            boolean transposed = tag >= 5;
            boolean isRed = Arrays.binarySearch(firstIsRed, tag) >= 0;
            int first = 0;
            int last = 3 * (transposed ? SIDE * (SIDE - 1) : SIDE - 1);
            assertThat(square.get(first) & 0xff).as("tag %d", tag).matches(v -> v > 200 == isRed);
            assertThat(square.get(last) & 0xff).as("tag %d", tag).matches(v -> v > 200 != isRed);
        }
    }

    private static BufferedImage raw(int type, int colours, boolean alpha, int[] samples) {
        ComponentColorModel model =
                new ComponentColorModel(
                        ColorSpace.getInstance(colours),
                        alpha,
                        false,
                        alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
                        type);
        WritableRaster raster = model.createCompatibleWritableRaster(SIDE, SIDE);
        for (int i = 0; i < SIDE * SIDE; i++) {
            raster.setPixel(i % SIDE, i / SIDE, samples);
        }
        return new BufferedImage(model, raster, false, null);
    }

    private static ByteBuffer decode(byte[] file) {
        ImageConfig config = new ImageConfig(SIDE, null, 0, null, true, null, null, null, null);
        ByteBuffer out = ByteBuffer.allocateDirect(3 * SIDE * SIDE);
        try (ImageTransform transform = ImageTransform.evaluation(config, 1)) {
            SampleRandom unused = SampleRandom.of(0, 0, 0);
            assertThat(transform.apply(direct(file), unused, out, 0).problem()).isNull();
        }
        return out;
    }

    private static void assertColour(byte[] file, int red, int green, int blue) {
        assertColour(file, red, green, blue, 0);
    }

    private static void assertColour(byte[] file, int red, int green, int blue, int tolerance) {
        int[] expected = {red, green, blue};
        ByteBuffer square = decode(file);
        for (int i = 0; i < square.capacity(); i++) {
            assertThat(square.get(i) & 0xff)
                    .isBetween(expected[i % 3] - tolerance, expected[i % 3] + tolerance);
        }
    }
}
