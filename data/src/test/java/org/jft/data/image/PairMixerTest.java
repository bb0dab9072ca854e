package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PairMixerTest {
    private static final int SIDE = 13;
    private static final int IMAGE = SIDE * SIDE * 3;
    private static final int IMAGES = 5;

    private final PairMixer mixer = new PairMixer(SIDE);
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @AfterEach
    void close() {
        mixer.close();
    }

    @Test
    void shouldBlendTwoImagesAndTouchNoOther() {
        for (int run = 0; run < 50; run++) {
            byte[] before = noise();
            ByteBuffer batch = direct(before);
            int first = random.nextInt(IMAGES);
            int second = (first + 1 + random.nextInt(IMAGES - 1)) % IMAGES;
            double share = run == 0 ? 1 : run == 1 ? 0 : random.nextDouble();
            mixer.blend(batch, first, second, share);
            for (int i = 0; i < before.length; i++) {
                int image = i / IMAGE;
                double own = before[i] & 0xff;
                double expected = own;
                if (image == first || image == second) {
                    int partner = image == first ? second : first;
                    int other = before[partner * IMAGE + i % IMAGE] & 0xff;
                    expected = share * own + (1 - share) * other;
                }
                assertThat(Math.abs((batch.get(i) & 0xff) - expected))
                        .as("seed=%d, share=%s, value %d", seed, share, i)
                        .isLessThanOrEqualTo(0.501);
            }
        }
    }

    @Test
    void shouldSwapABoxAndNothingElse() {
        for (int run = 0; run < 50; run++) {
            byte[] before = noise();
            ByteBuffer batch = direct(before);
            int left = random.nextInt(SIDE + 1);
            int right = left + random.nextInt(SIDE + 1 - left);
            int top = random.nextInt(SIDE + 1);
            int bottom = top + random.nextInt(SIDE + 1 - top);
            mixer.swap(batch, 3, 1, left, top, right, bottom);
            for (int i = 0; i < before.length; i++) {
                int image = i / IMAGE;
                int x = i % IMAGE / 3 % SIDE;
                int y = i % IMAGE / 3 / SIDE;
                boolean inside = left <= x && x < right && top <= y && y < bottom;
                boolean swapped = inside && (image == 1 || image == 3);
                byte expected = swapped ? before[(4 - image) * IMAGE + i % IMAGE] : before[i];
                assertThat(batch.get(i)).as("seed=%d, value %d", seed, i).isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNotInTheBatch() {
        ByteBuffer batch = direct(noise());
        assertThatThrownBy(() -> mixer.blend(batch, 0, IMAGES, 0.5))
                .hasMessage("no two images of the batch: first=0, second=5, images=5");
        assertThatThrownBy(() -> mixer.blend(batch, 2, 2, 0.5))
                .hasMessageContaining("first=2, second=2");
        assertThatThrownBy(() -> mixer.swap(batch, 0, 1, 0, 0, SIDE + 1, 1))
                .hasMessage("the box [0, 14) x [0, 1) leaves the image of side 13");
    }

    private byte[] noise() {
        byte[] bytes = new byte[IMAGES * IMAGE];
        random.nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
