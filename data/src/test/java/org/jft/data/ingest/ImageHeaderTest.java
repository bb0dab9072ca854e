package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageHeaderTest {
    private static final int LOSSLESS_WEBP = 101;

    private static byte[] encoded(Random random, int width, int height, int kind) {
        return switch (kind) {
            case 0 ->
                    TestImages.encode(
                            TestImages.random(random.nextLong(), width, height, true), "png");
            case 1 ->
                    TestImages.encode(
                            TestImages.random(random.nextLong(), width, height, false), "jpg");
            case 2 ->
                    TestImages.encode(
                            TestImages.random(random.nextLong(), width, height, false), "bmp");
            case 3 -> TestImages.webp(random, width, height, 3, 80);
            case 4 -> TestImages.webp(random, width, height, 4, 80);
            default -> TestImages.webp(random, width, height, 3, LOSSLESS_WEBP);
        };
    }

    @Test
    void shouldReadTheSizeThatWasEncoded() throws UnusableImageException {
        for (int round = 0; round < 120; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            int width = 1 + random.nextInt(300);
            int height = 1 + random.nextInt(300);
            byte[] image = encoded(random, width, height, round % 6);
            ImageHeader header = ImageHeader.of(image);
            assertThat(header.width()).as("seed=%d, kind=%d", seed, round % 6).isEqualTo(width);
            assertThat(header.height()).as("seed=%d, kind=%d", seed, round % 6).isEqualTo(height);
        }
    }

    @Test
    void shouldRefuseEveryTruncatedHeaderInWords() {
        Random random = new Random(3);
        for (int kind = 0; kind < 6; kind++) {
            byte[] image = encoded(random, 20, 10, kind);
            for (int length = 0; length < 20; length++) {
                byte[] cut = Arrays.copyOf(image, length);
                assertThatThrownBy(() -> ImageHeader.of(cut))
                        .as("kind=%d, length=%d", kind, length)
                        .isInstanceOf(UnusableImageException.class);
            }
        }
    }

    @Test
    void shouldNeverFailOtherwiseOnRandomBytes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = encoded(random, 4, 4, random.nextInt(3));
            for (int k = 0; k < 5; k++) {
                bytes[random.nextInt(Math.min(bytes.length, 200))] = (byte) random.nextInt();
            }
            try {
                ImageHeader header = ImageHeader.of(bytes);
                assertThat(header.pixels()).as("seed=%d", seed).isPositive();
            } catch (UnusableImageException expected) {
                assertThat(expected).as("seed=%d", seed).hasMessageMatching(".+");
            }
        }
    }

    @Test
    void shouldKnowAHugeImageByItsHeader() {
        byte[] image = TestImages.png(1);
        ByteBuffer.wrap(image).putInt(16, 20990).putInt(20, 29700);
        assertThat(new ImageCheck(50, ShrinkRule.NONE).look(() -> image).problem())
                .isEqualTo("20990x29700 is 623.4 megapixels, above --max-megapixels 50.0");
    }
}
