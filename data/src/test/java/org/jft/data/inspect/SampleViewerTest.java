package org.jft.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.DataConfig;
import org.jft.core.config.Subset;
import org.jft.data.order.Lanes;
import org.jft.data.shard.DataSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleViewerTest {
    private static final int ROWS = 40;

    @TempDir private Path folder;
    private final DataConfig config = DataConfig.of("nowhere", 8);

    @Test
    void shouldShowEveryImageOnceWithTheLabelsThatTrainingLearns() {
        try (DataSet data = ColourSet.make(folder.resolve("set"), ROWS)) {
            List<SamplePicture> pictures =
                    new SampleViewer(data, config, Subset.ALL, 3, Lanes.ONE, folder).training(1000);
            assertThat(pictures).hasSize(ROWS);
            for (SamplePicture picture : pictures) {
                if (isRed(picture)) {
                    assertThat(picture.labels()).containsExactly("red", "warm <b>");
                } else {
                    assertThat(picture.labels())
                            .isIn(List.of("green"), List.of("red 0.40", "warm <b> 0.40"));
                }
            }
            assertThat(pictures.stream().filter(p -> p.labels().get(0).equals("red 0.40")))
                    .hasSize(ROWS / 4);
        }
    }

    @Test
    void shouldMarkClassesThatAreIgnored() {
        DataConfig ignoring =
                ConfigLoader.parse(
                                """
                                data:
                                  train: nowhere
                                  image: {size: 8}
                                  labels: {min_confidence: 0.5, doubtful: ignore}
                                model: {architecture: resnet8s}
                                train:
                                  global_batch: 8
                                  steps: 1
                                  optimizer: {kind: sgd}
                                  schedule: {kind: constant, learning_rate: 0.1}
                                """,
                                "test")
                        .data();
        try (DataSet data = ColourSet.make(folder.resolve("set"), ROWS)) {
            List<SamplePicture> pictures =
                    new SampleViewer(data, ignoring, Subset.ALL, 3, Lanes.ONE, folder)
                            .training(ROWS);
            assertThat(pictures)
                    .extracting(SamplePicture::labels)
                    .contains(List.of("red ?", "warm <b> ?"))
                    .doesNotContain(List.of("red 0.40", "warm <b> 0.40"));
        }
    }

    @Test
    void shouldShowTheSameImagesToEvaluationWithTheirCleanLabels() {
        try (DataSet data = ColourSet.make(folder.resolve("set"), ROWS)) {
            SampleViewer viewer =
                    new SampleViewer(data, config, Subset.parse("30"), 3, Lanes.ONE, folder);
            List<SamplePicture> training = viewer.training(12);
            List<SamplePicture> evaluation = viewer.evaluation(12);
            assertThat(evaluation).hasSize(12);
            Set<Boolean> colours = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                SamplePicture picture = evaluation.get(i);
                assertThat(isRed(picture)).isEqualTo(isRed(training.get(i)));
                assertThat(picture.labels().get(0)).isEqualTo(isRed(picture) ? "red" : "green");
                colours.add(isRed(picture));
            }
            assertThat(colours).hasSize(2);
        }
    }

    @Test
    void shouldShowOtherImagesFirstForAnotherSeed() {
        try (DataSet data = ColourSet.make(folder.resolve("set"), ROWS)) {
            assertThat(colours(data, 1)).isEqualTo(colours(data, 1)).isNotEqualTo(colours(data, 2));
        }
    }

    private List<Boolean> colours(DataSet data, long seed) {
        return new SampleViewer(data, config, Subset.ALL, seed, Lanes.ONE, folder)
                .training(30).stream().map(SampleViewerTest::isRed).toList();
    }

    private static boolean isRed(SamplePicture picture) {
        int rgb = picture.image().getRGB(4, 4) & 0xffffff;
        assertThat(rgb).isIn(ColourSet.RED, ColourSet.GREEN);
        return rgb == ColourSet.RED;
    }
}
