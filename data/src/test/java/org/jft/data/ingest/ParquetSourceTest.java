package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.ShardLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are written by DuckDB, laid out as Hugging Face's. */
class ParquetSourceTest {
    private static final String METADATA =
            "{\"info\": {\"features\": {\"label\":"
                    + " {\"names\": [\"zebra\", \"cat\", \"dog\"], \"_type\": \"ClassLabel\"}}}}";
    private static final String LISTS =
            "{\"info\": {\"features\": {\"label\": {\"feature\":"
                    + " {\"names\": [\"zebra\", \"cat\", \"dog\"], \"_type\": \"ClassLabel\"},"
                    + " \"_type\": \"List\"}}}}";
    private static final int ROWS = 5_000;

    @TempDir private Path folder;

    /** Writes rows i = 0, 1, ...: image i, and what the SQL expression makes of i as its label. */
    private Path write(String label, int rows, String options) throws SQLException, IOException {
        Path images = folder.resolve("images");
        Files.createDirectories(images);
        for (int i = 0; i < Math.min(rows, 30); i++) {
            Files.write(images.resolve("%04d.png".formatted(i)), TestImages.png(i));
        }
        Path file = folder.resolve("train-00000-of-00001.parquet");
        String few =
                "(select content as blob, row_number() over (order by filename) - 1 as i"
                        + " from read_blob('%s/*.png'))".formatted(images);
        String many = // distinct: noise behind the header of the first one
                "(select (select content[1:33] from read_blob('%s/0000.png'))".formatted(images)
                        + " || encode(repeat(md5(i::varchar), 100)) as blob, i"
                        + " from range(%d) r(i))".formatted(rows);
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    ("copy (select {'bytes': blob, 'path': i || '.png'} as image, %s as label"
                                    + " from %s where i < %d order by i) to '%s'"
                                    + " (format parquet, %s)")
                            .formatted(label, rows <= 30 ? few : many, rows, file, options));
        }
        return file;
    }

    private ImportReport run(Path file, SplitRule split) {
        ImportOptions options =
                new ImportOptions(split, 1, ShrinkRule.NONE, 50, 1, ShardLayout.DEFAULT, true);
        try (ParquetSource source =
                new ParquetSource(List.of(file), List.of(), "image", "label", null)) {
            return new Importer().run(source, options, folder.resolve("out"), line -> {});
        }
    }

    private static TreeSet<String> names(DataSet data, int row) {
        TreeSet<String> names = new TreeSet<>();
        IntStream.of(data.labels(row).ids()).mapToObj(data.taxonomy()::name).forEach(names::add);
        return names;
    }

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "zstd", "gzip", "uncompressed"})
    void shouldImportImagesAndNamedClasses(String codec) throws Exception {
        Path file =
                write(
                        "i % 3",
                        12,
                        "compression %s, kv_metadata {huggingface: '%s'}"
                                .formatted(codec, METADATA));
        run(file, new SplitRule.AsListed());
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(data.rowCount()).isEqualTo(12);
            assertThat(data.taxonomy().name(0)).isEqualTo("zebra");
            for (int row = 0; row < 12; row++) {
                assertThat(data.labels(row).ids()).containsExactly(row % 3);
                assertThat(data.readImage(row, null))
                        .isEqualTo(ByteBuffer.wrap(TestImages.png(row)));
            }
            assertThat(data.locate(5)).endsWith("(train-00000-of-00001.parquet/5)");
        }
    }

    @Test
    void shouldReadListsAndStringsAndMissingLabels() throws Exception {
        String lists = "case when i = 0 then null when i = 1 then [] else [i::int % 3, 0] end";
        Path file = write(lists, 4, "kv_metadata {huggingface: '%s'}".formatted(LISTS));
        run(file, new SplitRule.AsListed());
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(names(data, 0)).isEmpty();
            assertThat(names(data, 1)).isEmpty();
            assertThat(names(data, 2)).containsExactly("dog", "zebra");
            assertThat(names(data, 3)).containsExactly("zebra");
        }
        run(write("['a', 'c' || i]", 2, "compression zstd"), new SplitRule.AsListed());
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(names(data, 1)).containsExactly("a", "c1");
        }
    }

    @Test
    void shouldReadManyRowGroupsAndBothSidesOfASplit() throws Exception {
        Path file = write("i % 7", ROWS, "row_group_size 2048");
        ImportReport report = run(file, new SplitRule.ByShare(0.2));
        assertThat(report.listed()).isEqualTo(ROWS);
        assertThat(report.splits().stream().mapToLong(ImportReport.Split::rows).sum())
                .isEqualTo(ROWS);
        try (DataSet data = DataSet.open(folder.resolve("out/test"))) {
            for (int row = 0; row < data.rowCount(); row++) {
                int at = Integer.parseInt(data.locate(row).replaceAll(".*/(\\d+)\\)", "$1"));
                assertThat(names(data, row)).containsExactly("class " + at % 7);
            }
        }
    }

    @Test
    void shouldQuarantineLabelsWithoutANameAndRowsThatAreDamaged() throws Exception {
        Path file = write("i", 5, "kv_metadata {huggingface: '%s'}".formatted(METADATA));
        ImportReport report = run(file, new SplitRule.AsListed());
        assertThat(report.quarantined()).isEqualTo(2);
        assertThat(Files.readAllLines(folder.resolve("out/quarantine.tsv")).get(2))
                .endsWith("/4\t4\tthe label 4 has no name, there are 3");
        Path large = write("i % 7", ROWS, "row_group_size 2048, compression zstd");
        byte[] bytes = Files.readAllBytes(large);
        Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 2000, (byte) 0x55);
        Files.write(large, bytes);
        report = run(large, new SplitRule.AsListed());
        assertThat(report.quarantined()).isBetween(1L, (long) ROWS - 1);
        assertThat(report.splits().get(0).rows() + report.quarantined()).isEqualTo(ROWS);
        assertThat(Files.readAllLines(folder.resolve("out/quarantine.tsv")).get(1))
                .contains("damaged from row ");
    }

    @Test
    void shouldNameTheFileThatIsCutOffOrHasOtherColumns() throws Exception {
        Path file = write("i", 5, "compression zstd");
        assertThatThrownBy(() -> new ParquetSource(List.of(file), List.of(), "img", "label", null))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(
                        file
                                + ": the column 'img' is not a struct with binary 'bytes'; there"
                                + " are: image, label");
        assertThatThrownBy(
                        () -> new ParquetSource(List.of(file), List.of(), "image", "image", null))
                .hasMessageContaining("the column 'image' is not an integer or a string or a list");
        write("[{'id': i, 'confidence': 1}]", 5, "compression zstd");
        assertThatThrownBy(
                        () -> new ParquetSource(List.of(file), List.of(), "image", "label", null))
                .hasMessageContaining("the column 'label' is not an integer or a string or a list");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 500));
        assertThatThrownBy(
                        () -> new ParquetSource(List.of(file), List.of(), "image", "label", null))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(file + ": not readable as Parquet: ");
    }

    @Test
    void shouldTellFilesOfOneNameApartAndHoldOutTheSameRowsInEveryCompany() throws Exception {
        Path written = write("i", 20, "kv_metadata {huggingface: '%s'}".formatted(METADATA));
        List<Path> files = List.of(folder.resolve("a/0.parquet"), folder.resolve("b/0.parquet"));
        for (Path file : files) {
            Files.createDirectories(file.getParent());
            Files.copy(written, file);
        }
        assertThat(entries(files, 1).get(7).path()).isEqualTo("b/0.parquet/7");
        SplitRule rule = new SplitRule.ByShare(0.5);
        List<Entry> alone = entries(files.subList(0, 1), 0);
        List<Entry> beside = entries(files, 0);
        for (int i = 0; i < 20; i++) {
            assertThat(rule.holdsOut(beside.get(i))).isEqualTo(rule.holdsOut(alone.get(i)));
        }
    }

    private static List<Entry> entries(List<Path> files, int part) {
        List<Entry> entries = new ArrayList<>();
        ClassNames names = ClassNames.numbered();
        try (ParquetSource source = new ParquetSource(files, List.of(), "image", "label", names)) {
            source.list(part, entries::add);
        }
        return entries;
    }
}
