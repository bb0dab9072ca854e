package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.ImageConfig.Crop;
import org.junit.jupiter.api.Test;

class FramingTest {
    @Test
    void shouldKeepRandomBoxesInsideTheImageAndWithinAreaAndRatio() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ImageConfig config =
                new ImageConfig(224, Crop.RANDOM_RESIZED, 0, 0.2, true, null, null, null, null);
        for (int i = 0; i < 20_000; i++) {
            int width = 100 + random.nextInt(500);
            int height = width * 3 / 4 + random.nextInt(width / 2); // every area fits
            Framing box = Framing.random(config, width, height, SampleRandom.of(seed, 0, i));
            assertThat(box.left() >= 0 && box.left() + box.width() <= width).isTrue();
            assertThat(box.top() >= 0 && box.top() + box.height() <= height).isTrue();
            double share = (double) box.width() * box.height() / ((double) width * height);
            assertThat(share).as("seed=%d", seed).isBetween(0.19, 1.0);
            assertThat((double) box.width() / box.height())
                    .as("seed=%d", seed)
                    .isBetween(0.72, 1.39);
        }
    }

    /** Where every draw fits, the area is uniform: its mean is (minScale + 1) / 2. */
    @Test
    void shouldDrawAreasUniformly() {
        ImageConfig config =
                new ImageConfig(8, Crop.RANDOM_RESIZED, 0, 0.1, true, null, null, null, null);
        double sum = 0;
        int small = 0;
        int drawn = 20_000;
        for (int row = 0; row < drawn; row++) {
            Framing box = Framing.random(config, 3000, 3000, SampleRandom.of(1, 0, row));
            double share = (double) box.width() * box.height() / 9e6;
            small += share < 0.325 ? 1 : 0; // a quarter of [0.1, 1]
            sum += share;
        }
        // Large areas are redrawn when their ratio does not fit, so a little below uniform.
        assertThat(sum / drawn).isBetween(0.47, 0.56);
        assertThat((double) small / drawn).isBetween(0.24, 0.34);
    }

    @Test
    void shouldFallBackToACentredBoxOfAnAllowedRatio() {
        ImageConfig config =
                new ImageConfig(8, Crop.RANDOM_RESIZED, 0, 1.0, true, null, null, null, null);
        Framing wide = Framing.random(config, 1000, 30, SampleRandom.of(1, 0, 0));
        assertThat(wide.width()).isEqualTo(40);
        assertThat(wide.height()).isEqualTo(30);
        assertThat(wide.left()).isEqualTo(480);
        Framing thin = Framing.random(config, 1, 500, SampleRandom.of(1, 0, 0));
        assertThat(thin.width()).isEqualTo(1);
        assertThat(thin.height()).isEqualTo(1);
    }

    @Test
    void shouldMirrorHalfOfTheTimeOrNever() {
        ImageConfig on =
                new ImageConfig(8, Crop.RANDOM_RESIZED, 0, null, true, null, null, null, null);
        ImageConfig off =
                new ImageConfig(8, Crop.RANDOM_RESIZED, 0, null, false, null, null, null, null);
        int mirrored = 0;
        for (int row = 0; row < 10_000; row++) {
            SampleRandom draws = SampleRandom.of(5, 0, row);
            mirrored += Framing.random(on, 50, 50, draws).mirrored() ? 1 : 0;
            assertThat(Framing.random(off, 50, 50, draws).mirrored()).isFalse();
        }
        assertThat(mirrored).isBetween(4750, 5250);
    }

    @Test
    void shouldCutEveryPlaceOutOfAResizedImage() {
        ImageConfig config =
                new ImageConfig(8, Crop.RESIZE_CROP, 10, null, true, null, null, null, null);
        int[][] hits = new int[3][3];
        for (int row = 0; row < 9000; row++) {
            Framing framing = Framing.random(config, 31, 17, SampleRandom.of(5, 0, row));
            assertThat(framing.width()).isEqualTo(31);
            assertThat(framing.height()).isEqualTo(17);
            assertThat(framing.resize()).isEqualTo(10);
            hits[framing.cutTop()][framing.cutLeft()]++;
        }
        for (int[] line : hits) {
            for (int hit : line) {
                assertThat(hit).isBetween(840, 1160);
            }
        }
    }

    @Test
    void shouldCutTheCentreForEvaluation() {
        ImageConfig paper =
                new ImageConfig(299, Crop.RESIZE_CROP, 340, null, true, null, null, null, null);
        assertThat(Framing.centred(paper, 640, 480))
                .isEqualTo(new Framing(0, 0, 640, 480, 340, 20, 20, false));
    }
}
