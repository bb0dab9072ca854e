package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageCodecTest {
    private static ShrinkRule longer(int maxPixels) {
        return new ShrinkRule(ShrinkRule.Side.LONGER, maxPixels, ShrinkRule.JPEG_QUALITY);
    }

    @Test
    void shouldKeepTheBytesOfAnImageThatFits() throws Exception {
        byte[] image = TestImages.encode(TestImages.random(1, 30, 20, true), "png");
        assertThat(ImageCodec.shrink(image, ImageHeader.of(image), longer(30))).isSameAs(image);
    }

    @Test
    void shouldKeepAspectAndFormat() throws Exception {
        byte[] png = TestImages.encode(TestImages.random(2, 100, 50, true), "png");
        BufferedImage small =
                TestImages.decode(ImageCodec.shrink(png, ImageHeader.of(png), longer(20)));
        assertThat(small.getWidth()).isEqualTo(20);
        assertThat(small.getHeight()).isEqualTo(10);
        assertThat(small.getColorModel().hasAlpha()).isTrue();
        byte[] jpeg = TestImages.encode(TestImages.random(3, 50, 101, false), "jpg");
        ImageHeader header =
                ImageHeader.of(ImageCodec.shrink(jpeg, ImageHeader.of(jpeg), longer(20)));
        assertThat(header).isEqualTo(new ImageHeader(ImageHeader.Format.JPEG, 10, 20));
        byte[] line = TestImages.encode(TestImages.random(4, 1000, 2, false), "png");
        assertThat(
                        ImageHeader.of(ImageCodec.shrink(line, ImageHeader.of(line), longer(20)))
                                .height())
                .isEqualTo(1);
    }

    @Test
    void shouldMeasureTheShorterSideWhenAskedTo() throws Exception {
        ShrinkRule rule = new ShrinkRule(ShrinkRule.Side.SHORTER, 20, 92);
        byte[] jpeg = TestImages.encode(TestImages.random(7, 100, 50, false), "jpg");
        ImageHeader header = ImageHeader.of(ImageCodec.shrink(jpeg, ImageHeader.of(jpeg), rule));
        assertThat(header).isEqualTo(new ImageHeader(ImageHeader.Format.JPEG, 40, 20));
        byte[] line = TestImages.encode(TestImages.random(8, 20, 300, false), "png");
        assertThat(ImageCodec.shrink(line, ImageHeader.of(line), rule)).isSameAs(line);
    }

    @Test
    void shouldWriteSmallerJpegsAtLowerQuality() throws Exception {
        byte[] jpeg = TestImages.encode(TestImages.random(9, 200, 200, false), "jpg");
        int before = Integer.MAX_VALUE;
        for (int quality : new int[] {95, 75, 40}) {
            ShrinkRule rule = new ShrinkRule(ShrinkRule.Side.SHORTER, 150, quality);
            int length = ImageCodec.shrink(jpeg, ImageHeader.of(jpeg), rule).length;
            assertThat(length).isLessThan(before);
            before = length;
        }
    }

    /** Corners in four colours, turned by hand as the standard describes each value. */
    @Test
    void shouldTurnShrunkImagesUpright() throws Exception {
        for (String format : List.of("jpg", "png")) {
            for (int tag = 1; tag <= 8; tag++) {
                byte[] stored = TestImages.withExif(TestImages.storedFor(tag, 60, 40), format, tag);
                byte[] small = ImageCodec.shrink(stored, ImageHeader.of(stored), longer(30));
                BufferedImage upright = TestImages.decode(small);
                String hint = "%s, orientation %d".formatted(format, tag);
                assertThat(upright.getWidth()).as(hint).isEqualTo(30);
                assertThat(upright.getHeight()).as(hint).isEqualTo(20);
                assertThat(TestImages.corners(upright)).as(hint).isEqualTo("RGBW");
            }
        }
    }

    @Test
    void shouldNotLetInvisibleColourBleedIntoTheEdge() throws Exception {
        BufferedImage image = new BufferedImage(63, 63, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < 63; y++) {
            for (int x = 0; x < 63; x++) {
                boolean inside = Math.hypot(x - 31, y - 31) < 25;
                image.setRGB(x, y, inside ? 0xffff0000 : 0x0000ff00); // red on invisible green
            }
        }
        byte[] png = TestImages.encode(image, "png");
        BufferedImage small =
                TestImages.decode(ImageCodec.shrink(png, ImageHeader.of(png), longer(20)));
        int edges = 0;
        for (int i = 0; i < 400; i++) {
            int argb = small.getRGB(i % 20, i / 20);
            int alpha = argb >>> 24;
            edges += alpha > 0 && alpha < 255 ? 1 : 0;
            if (alpha > 0) {
                assertThat(argb & 0xffffff).as("pixel %d", i).isEqualTo(0xff0000);
            }
        }
        assertThat(edges).isPositive();
    }

    @Test
    void shouldRefuseWhatDoesNotDecode() throws Exception {
        byte[] image = TestImages.encode(TestImages.random(5, 64, 64, false), "png");
        byte[] cut = Arrays.copyOf(image, 40); // the header is whole, the pixels are gone
        assertThat(ImageHeader.of(cut).width()).isEqualTo(64);
        assertThatThrownBy(() -> ImageCodec.checkDecodes(cut, 64, 64))
                .isInstanceOf(UnusableImageException.class)
                .hasMessage("cannot be decoded");
        assertThatThrownBy(() -> ImageCodec.checkDecodes(image, 64, 32))
                .hasMessage("decodes to 64x64 pixels, the row says 64x32");
    }

    @Test
    void shouldEncodePixelsWithoutLoss() throws Exception {
        byte[] pixels = new byte[28 * 14];
        new Random(6).nextBytes(pixels);
        BufferedImage image = TestImages.decode(ImageCodec.encodePng(pixels, 28, 14, 1));
        for (int i = 0; i < pixels.length; i++) {
            assertThat(image.getRaster().getSample(i % 28, i / 28, 0)).isEqualTo(pixels[i] & 0xff);
        }
    }
}
