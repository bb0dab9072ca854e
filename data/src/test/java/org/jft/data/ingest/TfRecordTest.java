package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.data.archive.Archives.bytesFeature;
import static org.jft.data.archive.Archives.example;
import static org.jft.data.archive.Archives.floatFeature;
import static org.jft.data.archive.Archives.intFeature;
import static org.jft.data.archive.Archives.record;
import static org.jft.data.archive.Archives.textFeature;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jft.data.archive.Archives;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.ShardLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TfRecordTest {
    private static final TfRecordFormat.Features FEATURES =
            new TfRecordFormat.Features("image/encoded", "text", "label", "confidence");

    @TempDir private Path folder;

    private static byte[] image(long seed) {
        return bytesFeature("image/encoded", TestImages.png(seed));
    }

    private ImportReport run(Path file) {
        ImportOptions options =
                new ImportOptions(
                        new SplitRule.AsListed(),
                        1,
                        ShrinkRule.NONE,
                        50,
                        1,
                        ShardLayout.DEFAULT,
                        true);
        try (ArchiveSource source =
                new ArchiveSource(
                        new TfRecordFormat(ClassNames.numbered(), FEATURES),
                        List.of(file),
                        List.of())) {
            return new Importer().run(source, options, folder.resolve("out"), line -> {});
        }
    }

    private static TreeSet<String> names(DataSet data, int row) {
        TreeSet<String> names = new TreeSet<>();
        IntStream.of(data.labels(row).ids()).mapToObj(data.taxonomy()::name).forEach(names::add);
        return names;
    }

    @Test
    void shouldImportImagesAndLabelsPlainAndCompressed() throws IOException {
        byte[] whole =
                Archives.join(
                        record(
                                example(
                                        intFeature("label", true, 10, 2),
                                        image(0),
                                        floatFeature("confidence", true, 0.75f, 0.5f))),
                        record(
                                example(
                                        textFeature("text", "dog", "größe"),
                                        intFeature("label", false, 3),
                                        image(1))),
                        record(example(image(2), textFeature("text", ""))));
        for (byte[] bytes : List.of(whole, Archives.gzip(whole))) {
            ImportReport report = run(Files.write(folder.resolve("a.tfrecord"), bytes));
            assertThat(report.splits().get(0).rows()).isEqualTo(3);
            try (DataSet data = DataSet.open(folder.resolve("out"))) {
                assertThat(names(data, 0)).containsExactly("class 10", "class 2");
                assertThat(data.taxonomy().name(0)).isEqualTo("class 2");
                assertThat(data.labels(0).confidences()).containsExactly(0.5f, 0.75f);
                assertThat(names(data, 1)).containsExactly("dog", "größe");
                assertThat(names(data, 2)).isEmpty();
                for (int row = 0; row < 3; row++) {
                    assertThat(data.readImage(row, null))
                            .isEqualTo(ByteBuffer.wrap(TestImages.png(row)));
                }
                assertThat(data.locate(2)).endsWith("(a.tfrecord/2)");
            }
        }
    }

    @Test
    void shouldQuarantineBadRecordsAndTheRestOfABrokenFile() throws IOException {
        byte[] good = record(example(image(0), intFeature("label", true, 0)));
        byte[] flipped = record(example(image(1)));
        flipped[flipped.length - 10] ^= 1;
        byte[] cut = record(example(image(2)));
        byte[] whole =
                Archives.join(
                        good,
                        flipped,
                        record(example(textFeature("text", "x"))),
                        record("no example".getBytes()),
                        record(example(image(3), textFeature("label", "x"))),
                        record(example(image(4), floatFeature("confidence", true, 1))),
                        Arrays.copyOf(cut, cut.length - 1));
        ImportReport report = run(Files.write(folder.resolve("a.tfrecord"), whole));
        assertThat(report.listed()).isEqualTo(7);
        assertThat(report.quarantined()).isEqualTo(6);
        List<String> lines = Files.readAllLines(folder.resolve("out/quarantine.tsv"));
        assertThat(lines.get(1))
                .isEqualTo(
                        "a.tfrecord/1\t1\tthe record at byte %d: its checksum does not match"
                                .formatted(good.length));
        assertThat(lines.get(2))
                .endsWith("0 images in the feature image/encoded; the record has: text");
        assertThat(lines.get(3)).startsWith("a.tfrecord/3\t3\tno tf.train.Example: ");
        assertThat(lines.get(4)).endsWith("the feature label holds bytes, not integers");
        assertThat(lines.get(5)).endsWith("1 confidences for 0 labels");
        assertThat(lines.get(6)).startsWith("a.tfrecord\t6\tcut off within the record at byte ");
    }
}
