package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.data.image.TestImages.direct;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jft.data.header.ImageHeader;
import org.jft.data.header.Orientation;
import org.junit.jupiter.api.Test;

class ImageHeaderTest {
    private static final int[][] SIZES = {{1, 1}, {17, 5}, {300, 200}, {129, 511}};

    @Test
    void shouldReadTheSizeOfEveryFormat() {
        for (int[] size : SIZES) {
            BufferedImage image = TestImages.noise(size[0], size[1], 1);
            assertSize(TestImages.png(image), size, false);
            assertSize(TestImages.jpeg(image), size, false);
            assertSize(TestImages.bmp(image), size, false);
            assertSize(TestImages.lossyWebp(size[0], size[1]), size, false);
            assertSize(TestImages.losslessWebp(size[0], size[1]), size, false);
            assertSize(TestImages.transparentWebp(size[0], size[1], 80), size, true);
            assertSize(TestImages.transparentWebp(size[0], size[1], 101), size, true);
        }
    }

    @Test
    void shouldSeeTransparencyOfPng() {
        int[] size = {3, 4};
        assertSize(
                TestImages.png(new BufferedImage(3, 4, BufferedImage.TYPE_4BYTE_ABGR)), size, true);
        assertSize(
                TestImages.png(new BufferedImage(3, 4, BufferedImage.TYPE_BYTE_GRAY)), size, false);
    }

    @Test
    void shouldReadOrientationFromExif() {
        byte[] jpeg = TestImages.jpeg(TestImages.noise(30, 20, 1));
        byte[] png = TestImages.png(TestImages.noise(30, 20, 1));
        for (int tag = 1; tag <= 8; tag++) {
            Orientation expected = Orientation.values()[tag - 1];
            for (byte[] file :
                    new byte[][] {
                        TestImages.withExif(jpeg, tag), TestImages.pngWithExif(png, tag)
                    }) {
                ImageHeader header = ImageHeader.read(direct(file));
                assertThat(header.orientation()).isEqualTo(expected);
                assertThat(header.width()).isEqualTo(tag < 5 ? 30 : 20);
                assertThat(header.height()).isEqualTo(tag < 5 ? 20 : 30);
            }
        }
    }

    @Test
    void shouldTakeNonsenseInExifForUpright() {
        byte[] jpeg = TestImages.jpeg(TestImages.noise(30, 20, 1));
        for (int tag : new int[] {0, 9, 0xffff}) {
            ImageHeader header = ImageHeader.read(direct(TestImages.withExif(jpeg, tag)));
            assertThat(header.orientation()).isEqualTo(Orientation.UPRIGHT);
            assertThat(header.problem()).isNull();
        }
    }

    @Test
    void shouldSayWhyAFileIsNoImage() {
        assertThat(problem(new byte[0])).isEqualTo("only 0 bytes long");
        assertThat(problem("<html>404 Not Found, sorry</html>".getBytes()))
                .isEqualTo("neither JPEG nor PNG nor WebP nor BMP");
        byte[] jpeg = TestImages.jpeg(TestImages.noise(30, 20, 1));
        assertThat(problem(Arrays.copyOf(jpeg, 100))).contains("JPEG").contains("cut off");
        assertThat(problem(TestImages.pngClaiming(0, 7))).isEqualTo("the header says 0 x 7 pixels");
        assertThat(problem(TestImages.pngClaiming(-1, 7)))
                .isEqualTo("the header says -1 x 7 pixels");
    }

    /** Damaged headers of a large corpus must not throw on a decoding thread. */
    @Test
    void shouldNeverThrowOnDamagedFiles() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[][] files = {
            TestImages.withExif(TestImages.jpeg(TestImages.noise(30, 20, 1)), 6),
            TestImages.pngWithExif(TestImages.png(TestImages.noise(30, 20, 1)), 6),
            TestImages.transparentWebp(30, 20, 80),
            TestImages.lossyWebp(30, 20)
        };
        for (int i = 0; i < 20_000; i++) {
            byte[] file = files[i % files.length].clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                file[random.nextInt(Math.min(file.length, 120))] = (byte) random.nextInt(256);
            }
            byte[] cut = Arrays.copyOf(file, random.nextInt(file.length + 1));
            assertThat(ImageHeader.read(direct(cut))).as("seed=%d", seed).isNotNull();
        }
    }

    @Test
    void shouldLeaveTheCallersBufferAlone() {
        ByteBuffer file = direct(TestImages.lossyWebp(30, 20));
        ImageHeader.read(file);
        assertThat(file.position()).isZero();
        assertThat(file.limit()).isEqualTo(file.capacity());
    }

    private static void assertSize(byte[] file, int[] size, boolean alpha) {
        ImageHeader header = ImageHeader.read(direct(file));
        assertThat(header.problem()).isNull();
        assertThat(header.width()).isEqualTo(size[0]);
        assertThat(header.height()).isEqualTo(size[1]);
        assertThat(header.alpha()).isEqualTo(alpha);
    }

    private static String problem(byte[] file) {
        return ImageHeader.read(direct(file)).problem();
    }
}
