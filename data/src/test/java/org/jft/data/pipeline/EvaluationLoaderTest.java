package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jft.data.pipeline.Streams.config;
import static org.jft.data.pipeline.Streams.drain;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jft.core.topology.Topology;
import org.jft.data.pipeline.Streams.Content;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationLoaderTest {
    private final MemoryStore store = MemoryStore.ofPictures(53);

    @TempDir private Path folder;

    @Test
    void shouldReadEveryRowOnceInOrder() {
        for (int batch : new int[] {1, 7, 53, 100}) {
            List<Content> contents = drain(evaluate(EvaluationStream.of(store, batch, false), 3));
            assertThat(rows(contents))
                    .containsExactlyElementsOf(LongStream.range(0, 53).boxed().toList());
            assertThat(contents.get(contents.size() - 1).rows())
                    .hasSize(53 % batch == 0 ? batch : 53 % batch);
        }
    }

    @Test
    void shouldShareRowsAmongWorkers() {
        for (int worldSize : new int[] {1, 2, 4, 60}) {
            List<Long> rows = new ArrayList<>();
            for (int rank = 0; rank < worldSize; rank++) {
                EvaluationStream all = EvaluationStream.of(store, 8, false);
                rows.addAll(rows(drain(evaluate(all.shareOf(new Topology(rank, worldSize)), 2))));
            }
            assertThat(rows).containsExactlyElementsOf(LongStream.range(0, 53).boxed().toList());
        }
    }

    @Test
    void shouldLeaveBadImagesOutAndCountThem() {
        List<ByteBuffer> before = images(drain(evaluate(EvaluationStream.of(store, 5, false), 2)));
        for (int row : new int[] {0, 7, 20, 21, 22, 23, 24, 52}) { // 20..24: a whole batch
            store.damage(row);
        }
        BatchLoader loader = evaluate(EvaluationStream.of(store, 5, false), 2);
        List<Content> contents = drain(loader);
        List<Long> rows = rows(contents);
        assertThat(rows).hasSize(45).isSorted().doesNotContain(0L, 7L, 20L, 24L, 52L);
        List<ByteBuffer> images = images(contents);
        for (int i = 0; i < images.size(); i++) {
            assertThat(images.get(i)).isEqualTo(before.get(rows.get(i).intValue()));
        }
        assertThat(loader.badImages()).isEqualTo(8);
        assertThat(folder.resolve("quarantine.tsv")).exists();
        assertThat(contents).noneMatch(c -> c.rows().isEmpty());
    }

    @Test
    void shouldLeaveDroppedImagesOutWithoutReadingOrBlamingThem() {
        List<ByteBuffer> before = images(drain(evaluate(EvaluationStream.of(store, 5, false), 2)));
        for (int row : new int[] {1, 30, 31, 32, 33, 34, 51}) { // 30..34: a whole batch
            store.drop(row).damage(row);
        }
        BatchLoader loader = evaluate(EvaluationStream.of(store, 5, false), 2);
        List<Content> contents = drain(loader);
        List<Long> rows = rows(contents);
        assertThat(rows).hasSize(46).isSorted().doesNotContain(1L, 30L, 32L, 34L, 51L);
        List<ByteBuffer> images = images(contents);
        for (int i = 0; i < images.size(); i++) {
            assertThat(images.get(i)).isEqualTo(before.get(rows.get(i).intValue()));
        }
        assertThat(loader.badImages()).isZero();
        assertThat(folder.resolve("quarantine.tsv")).doesNotExist();
    }

    @Test
    void shouldReportNothingWhenNothingIsBad() {
        drain(evaluate(EvaluationStream.of(store, 5, false), 2));
        assertThat(Files.exists(folder.resolve("quarantine.tsv"))).isFalse();
    }

    @Test
    void shouldPreferCleanLabelsWhenAsked() {
        Content observed = drain(evaluate(EvaluationStream.of(store, 2, false), 1)).get(0);
        assertThat(observed.labels()).isEqualTo("[0, 2, 4][0, 10, 1, 11][0.9, 0.4, 0.9, 0.4]");
        Content clean = drain(evaluate(EvaluationStream.of(store, 2, true), 1)).get(0);
        assertThat(clean.labels()).isEqualTo("[0, 1, 3][0, 1, 11][1.0, 0.9, 0.4]");
    }

    @Test
    void shouldEndAtOnceWithoutRows() {
        assertThat(drain(evaluate(new EvaluationStream(store, 5, 5, 4, false, 1), 2))).isEmpty();
    }

    @Test
    void shouldReadOnlyTheRowsThatAreWanted() {
        EvaluationStream third = EvaluationStream.of(store, 5, false).only(row -> row % 3 == 0);
        List<Content> contents = drain(evaluate(third, 3));
        assertThat(rows(contents))
                .containsExactlyElementsOf(
                        LongStream.range(0, 18).map(i -> 3 * i).boxed().toList());
    }

    @Test
    void shouldRefuseRowsThatAreNotThere() {
        assertThatThrownBy(() -> new EvaluationStream(store, 0, 54, 4, false, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endRow=54, rows=53");
    }

    private BatchLoader evaluate(EvaluationStream stream, int threads) {
        return BatchLoader.evaluation(
                stream, config(), store.taxonomy(), Quarantine.in(folder), threads);
    }

    private static List<Long> rows(List<Content> contents) {
        return contents.stream().flatMap(c -> c.rows().stream()).toList();
    }

    private static List<ByteBuffer> images(List<Content> contents) {
        return contents.stream().flatMap(c -> c.images().stream()).toList();
    }
}
