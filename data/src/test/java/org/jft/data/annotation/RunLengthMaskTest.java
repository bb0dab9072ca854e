package org.jft.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RunLengthMaskTest {
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void shouldCountColumnByColumn() {
        byte[] pixels = {
            0, 1, 1, //
            0, 0, 1
        };
        RunLengthMask mask = RunLengthMask.ofPixels(3, 2, pixels);
        assertThat(mask.runs()).containsExactly(2, 1, 1, 2);
        assertThat(mask.toCoco()).isEqualTo("2111"); // the fourth is 2 - 1
        assertThat(mask.pixels()).isEqualTo(pixels);
        assertThat(mask.area()).isEqualTo(3);
        assertThat(mask.bounds()).isEqualTo(new Box(1, 0, 2, 2));
    }

    @Test
    void shouldWriteNumbersInDigitsOfFiveBits() {
        // 100 = 3 * 32 + 4: digit 4 with more to come, digit 3. 16 looks negative without a 0.
        RunLengthMask mask = new RunLengthMask(1, 136, new int[] {100, 16, 16, 4});
        assertThat(mask.toCoco()).isEqualTo("T3`0`0D"); // 4 - 16 = -12
        assertThat(RunLengthMask.ofCoco(1, 136, "T3`0`0D")).isEqualTo(mask);
    }

    @Test
    void shouldKeepTheShortestOfEqualMasks() {
        RunLengthMask mask = new RunLengthMask(2, 3, new int[] {1, 0, 1, 2, 0, 1, 1, 0});
        assertThat(mask.runs()).containsExactly(2, 3, 1);
        assertThat(new RunLengthMask(2, 2, new int[] {0, 4}).runs()).containsExactly(0, 4);
    }

    @Test
    void shouldAgreeWithPixelsOneByOne() {
        for (int round = 0; round < 300; round++) {
            int width = 1 + random.nextInt(20);
            int height = 1 + random.nextInt(20);
            byte[] a = RandomAnnotations.pixels(random, width, height);
            byte[] b = RandomAnnotations.pixels(random, width, height);
            RunLengthMask mask = RunLengthMask.ofPixels(width, height, a);
            RunLengthMask other = RunLengthMask.ofPixels(width, height, b);
            String context = "seed=%d, round=%d, mask=%s".formatted(seed, round, mask);
            byte[] union = new byte[a.length];
            int area = 0;
            int left = width;
            int top = height;
            int right = 0;
            int bottom = 0;
            for (int i = 0; i < a.length; i++) {
                union[i] = (byte) (a[i] | b[i]);
                area += a[i];
                if (a[i] == 1) {
                    left = Math.min(left, i % width);
                    right = Math.max(right, i % width + 1);
                    top = Math.min(top, i / width);
                    bottom = Math.max(bottom, i / width + 1);
                }
            }
            assertThat(mask.pixels()).as(context).isEqualTo(a);
            assertThat(mask.area()).as(context).isEqualTo(area);
            assertThat(mask.bounds())
                    .as(context)
                    .isEqualTo(
                            area == 0
                                    ? new Box(0, 0, 0, 0)
                                    : new Box(left, top, right - left, bottom - top));
            assertThat(mask.or(other).pixels()).as(context).isEqualTo(union);
            assertThat(RunLengthMask.ofCoco(width, height, mask.toCoco()))
                    .as(context)
                    .isEqualTo(mask);
        }
    }

    @Test
    void shouldRefuseWhatIsNoMaskOfTheImage() {
        assertRefused("sum to 5, the image has 6 pixels", new int[] {2, 3});
        assertRefused("exceed the 6 pixels", new int[] {2, 5});
        assertRefused("negative: -1", new int[] {2, -1, 5});
        assertRefused("exceed the 6 pixels", new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 8});
        assertThatThrownBy(() -> RunLengthMask.ofCoco(3, 2, "21T")).hasMessageContaining("cut off");
        assertThatThrownBy(() -> RunLengthMask.ofCoco(3, 2, "2 1"))
                .hasMessageContaining("no run lengths from character 2 on");
        assertThatThrownBy(() -> RunLengthMask.ofCoco(3, 2, "oooooooooooo"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RunLengthMask.ofCoco(3, 2, "")).hasMessageContaining("sum to 0");
    }

    @Test
    void shouldRefuseAnyGarbageWithASentence() {
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(12); left > 0; left--) {
                text.append((char) (40 + random.nextInt(80)));
            }
            try {
                RunLengthMask mask = RunLengthMask.ofCoco(5, 4, text.toString());
                assertThat(mask.pixels()).hasSize(20);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("seed=%d, %s", seed, text).contains("mask's");
            }
        }
    }

    private static void assertRefused(String reason, int[] runs) {
        assertThatThrownBy(() -> new RunLengthMask(3, 2, runs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
