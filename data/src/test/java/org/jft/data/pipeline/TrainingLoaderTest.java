package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jft.data.pipeline.Streams.config;
import static org.jft.data.pipeline.Streams.drain;
import static org.jft.data.pipeline.Streams.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jft.core.config.DataConfig;
import org.jft.core.config.LabelConfig;
import org.jft.core.config.LabelNoiseConfig;
import org.jft.core.config.Subset;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.jft.data.image.TestImages;
import org.jft.data.order.BatchPartition;
import org.jft.data.order.Selection;
import org.jft.data.pipeline.Streams.Content;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoaderTest {
    private static final int ROWS = 101;
    private static final int STEPS = 14; // 16 samples each: over two epoch borders

    private final MemoryStore store = MemoryStore.ofPictures(ROWS);

    @TempDir private Path folder;

    @Test
    void shouldHoldTheSameBatchesOnAnyNumberOfThreads() {
        store.damage(17).damage(60);
        List<Content> one = read(Topology.SOLO, 0, 1);
        assertThat(one).hasSize(STEPS * 4);
        assertThat(read(Topology.SOLO, 0, 2)).isEqualTo(one);
        assertThat(read(Topology.SOLO, 0, 4)).isEqualTo(one);
    }

    @Test
    void shouldResumeWithTheRestOfTheStream() {
        store.damage(17).damage(60);
        List<Content> whole = read(Topology.SOLO, 0, 2);
        for (int step = 0; step <= STEPS; step++) {
            assertThat(read(Topology.SOLO, step, 2))
                    .as("from step %d", step)
                    .isEqualTo(whole.subList(step * 4, whole.size()));
        }
    }

    @Test
    void shouldHoldTheSameMicroBatchesForAnyNumberOfWorkers() {
        store.damage(17).damage(60);
        List<Content> alone = read(Topology.SOLO, 0, 2);
        for (int worldSize : new int[] {2, 4}) {
            List<List<Content>> ranks = new ArrayList<>();
            for (int rank = 0; rank < worldSize; rank++) {
                ranks.add(read(new Topology(rank, worldSize), 0, 2));
            }
            int perStep = 4 / worldSize;
            List<Content> together = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                for (List<Content> rank : ranks) {
                    together.addAll(rank.subList(step * perStep, (step + 1) * perStep));
                }
            }
            assertThat(together).isEqualTo(alone);
        }
    }

    /** A step that other workers have begun: some of its micro batches, then the share again. */
    @Test
    void shouldReadTheGivenMicroBatchesOfTheFirstStepAndItsShareOfTheOthers() {
        List<Content> alone = read(Topology.SOLO, 0, 2);
        DataConfig config = config("100%", Streams.AS_OBSERVED, 1);
        BatchPartition alonePartition = new BatchPartition(16, 4, Topology.SOLO);
        TrainingStream stream =
                TrainingStream.of(store, config, alonePartition, Objective.SIGMOID, Streams.SEED)
                        .dealtBy(new BatchPartition(16, 4, new Topology(1, 3)));
        BatchLoader loader =
                BatchLoader.training(
                        stream,
                        config,
                        store.taxonomy(),
                        Quarantine.in(folder),
                        5,
                        7,
                        List.of(5 * 16L + 3 * 4, 5 * 16L),
                        2);
        assertThat(drain(loader))
                .containsExactly(alone.get(5 * 4 + 3), alone.get(5 * 4), alone.get(6 * 4 + 1));
    }

    @Test
    void shouldReadEveryRowOncePerEpochAndAugmentItAnew() {
        List<Content> contents = read(Topology.SOLO, 0, 2);
        List<Long> rows = contents.stream().flatMap(c -> c.rows().stream()).toList();
        List<Object> images = new ArrayList<>();
        contents.forEach(c -> images.addAll(c.images()));
        assertThat(new HashSet<>(rows.subList(0, ROWS))).hasSize(ROWS);
        assertThat(new HashSet<>(rows.subList(ROWS, 2 * ROWS))).hasSize(ROWS);
        assertThat(rows.subList(0, ROWS)).isNotEqualTo(rows.subList(ROWS, 2 * ROWS));
        assertThat(new HashSet<>(images)).hasSize(STEPS * 16);
    }

    @Test
    void shouldReadTheSubsetOnly() {
        DataConfig third = config("30%", Streams.AS_OBSERVED, 1);
        Selection selection = Selection.of(store, Subset.parse("30%"), 3);
        Set<Long> expected = new HashSet<>();
        for (long i = 0; i < selection.count(); i++) {
            expected.add(selection.row(i));
        }
        Set<Long> rows = new HashSet<>();
        drain(training(store, third, Topology.SOLO, folder, 0, STEPS, 2))
                .forEach(c -> rows.addAll(c.rows()));
        assertThat(rows).isEqualTo(expected).hasSizeLessThan(50);
    }

    @Test
    void shouldReplaceABadImageAndMoveNoOther() {
        List<Content> before = read(Topology.SOLO, 0, 2);
        store.damage(17);
        List<Content> after = read(Topology.SOLO, 0, 2);
        int replaced = 0;
        for (int b = 0; b < before.size(); b++) {
            for (int i = 0; i < 4; i++) {
                if (before.get(b).rows().get(i) == 17) {
                    assertThat(after.get(b).rows().get(i)).isNotEqualTo(17);
                    replaced++;
                } else {
                    assertThat(after.get(b).rows().get(i)).isEqualTo(before.get(b).rows().get(i));
                    assertThat(after.get(b).images().get(i))
                            .isEqualTo(before.get(b).images().get(i));
                }
            }
        }
        assertThat(replaced).isBetween(2, 3); // once per epoch
    }

    @Test
    void shouldReportEveryBadImageOnceWithPlaceAndReason() throws IOException {
        store.damage(18).replace(60, TestImages.pngClaiming(25_000, 24_920));
        BatchLoader loader = training(store, config(), Topology.SOLO, folder, 0, STEPS, 4);
        drain(loader);
        assertThat(loader.badImages()).isBetween(4L, 6L);
        read(Topology.SOLO, 0, 4); // a resumed run adds nothing
        List<String> lines = Files.readAllLines(folder.resolve("quarantine.tsv"));
        assertThat(lines.get(0)).isEqualTo("row\twhere\treason");
        assertThat(new TreeSet<>(lines.subList(1, lines.size())))
                .containsExactly(
                        "18\tmemory row 18\tcorrupt or cut off: the decoder refuses it",
                        "60\tmemory row 60\t25000 x 24920 pixels, more than 50 million");
        assertThat(lines).hasSize(3);
    }

    @Test
    void shouldStopWhenTooManyImagesAreBad() {
        for (int row = 0; row < 20; row++) {
            store.damage(5 * row);
        }
        String message = abort(0.1, 1);
        assertThat(message)
                .matches(
                        "11 of the \\d+ images read so far \\([0-9.]+%\\) cannot be decoded, more"
                                + " than data.loader.max_bad_share=0.1 allows: they are listed in"
                                + " .*quarantine.tsv; repair or remove them, or raise the limit");
        assertThat(abort(0.1, 4)).isEqualTo(message);
        assertThat(
                        drain(
                                training(
                                        store,
                                        config("100%", Streams.AS_OBSERVED, 0.25),
                                        Topology.SOLO,
                                        folder,
                                        0,
                                        STEPS,
                                        2)))
                .hasSize(STEPS * 4);
    }

    @Test
    void shouldStopWhenNothingCanBeDecoded() {
        for (int row = 0; row < ROWS; row++) {
            store.damage(row);
        }
        try (BatchLoader loader = training(store, config(), Topology.SOLO, folder, 0, 1, 2)) {
            assertThatThrownBy(loader::next)
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("nor can any of 100 others in its place")
                    .hasMessageContaining("quarantine.tsv");
        }
    }

    @Test
    void shouldHandOutLabelsAsRows() {
        DataConfig config = config();
        try (BatchLoader loader = training(store, config, Topology.SOLO, folder, 0, 1, 2);
                Batch batch = loader.next()) {
            assertThat(batch.labelOffsets()).containsExactly(0, 2, 4, 6, 8);
            for (int i = 0; i < 4; i++) {
                Labels expected = store.labels(batch.rows()[i]);
                assertThat(batch.labelIds()[2 * i]).isEqualTo(expected.ids()[0]);
                assertThat(batch.labelIds()[2 * i + 1]).isEqualTo(expected.ids()[1]);
                assertThat(batch.confidences()[2 * i]).isEqualTo(0.9f);
            }
        }
    }

    @Test
    void shouldFillLabelsUpward() {
        Taxonomy taxonomy =
                Taxonomy.of(
                        IntStream.range(0, 17)
                                .mapToObj(
                                        id ->
                                                new TaxonomyClass(
                                                        id,
                                                        "class " + id,
                                                        id == 16 ? List.of() : List.of(16)))
                                .toList());
        DataConfig config =
                config(
                        "100%",
                        new LabelConfig(0.5, null, true, null, false, null), /* maxBadShare= */ 1);
        TrainingStream stream =
                TrainingStream.of(
                        store,
                        config,
                        new BatchPartition(16, 4, Topology.SOLO),
                        Objective.SIGMOID,
                        1);
        try (BatchLoader loader =
                        BatchLoader.training(
                                stream, config, taxonomy, Quarantine.in(folder), 0, 1, 1);
                Batch batch = loader.next()) {
            for (int i = 0; i < 4; i++) {
                assertThat(batch.labelIds()[2 * i]).isEqualTo((int) (batch.rows()[i] % 10));
                assertThat(batch.labelIds()[2 * i + 1]).isEqualTo(16);
            }
        }
    }

    /** Over two epoch borders: a row's labels are the same wrong ones every time. */
    @Test
    void shouldMakeTheSameLabelsWrongWhereverAndWheneverARowIsRead() {
        LabelNoiseConfig noise =
                new LabelNoiseConfig(0.6, 0.9, LabelNoiseConfig.Kind.UNIFORM, null, 5);
        DataConfig noisy = config("100%", new LabelConfig(0, null, false, null, false, noise), 1);
        InjectedNoise injected = new InjectedNoise(noise, store.taxonomy());
        List<String> whole = labels(noisy, Topology.SOLO, 0, 1);
        assertThat(whole).isNotEqualTo(labels(config(), Topology.SOLO, 0, 1));
        List<String> expected = new ArrayList<>();
        for (Content content : read(Topology.SOLO, 0, 2)) {
            StringJoiner batch = new StringJoiner(", ", "[", "]");
            for (long row : content.rows()) {
                Labels labels = injected.of(store.key(row), store.labels(row));
                IntStream.of(labels.ids()).forEach(id -> batch.add("" + id));
            }
            expected.add(batch.toString());
        }
        assertThat(whole).isEqualTo(expected);
        assertThat(labels(noisy, Topology.SOLO, 5, 3)).isEqualTo(whole.subList(20, 4 * STEPS));
        List<String> first = labels(noisy, new Topology(0, 2), 0, 2);
        List<String> second = labels(noisy, new Topology(1, 2), 0, 2);
        for (int step = 0; step < STEPS; step++) {
            List<String> both = new ArrayList<>(first.subList(2 * step, 2 * step + 2));
            both.addAll(second.subList(2 * step, 2 * step + 2));
            assertThat(both).isEqualTo(whole.subList(4 * step, 4 * step + 4));
        }
    }

    private List<String> labels(DataConfig config, Topology at, long firstStep, int threads) {
        return drain(training(store, config, at, folder, firstStep, STEPS, threads)).stream()
                .map(content -> content.labels().split("(?<=])")[1])
                .toList();
    }

    private List<Content> read(Topology at, long firstStep, int threads) {
        return drain(training(store, config(), at, folder, firstStep, STEPS, threads));
    }

    private String abort(double maxBadShare, int threads) {
        DataConfig config = config("100%", Streams.AS_OBSERVED, maxBadShare);
        try (BatchLoader loader =
                training(store, config, Topology.SOLO, folder, 0, STEPS, threads)) {
            while (true) {
                loader.next().close();
            }
        } catch (JftException e) {
            assertThat(e.category()).isEqualTo(Category.ABORT_RUN);
            return e.getMessage();
        }
    }
}
