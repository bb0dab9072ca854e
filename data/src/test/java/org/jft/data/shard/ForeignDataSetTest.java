package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are written by parquet-java's example writer and by DuckDB. */
class ForeignDataSetTest {
    private static final Manifest.Columns COLUMNS = new Manifest.Columns("image", "label");
    private static final MessageType TYPE =
            MessageTypeParser.parseMessageType(
                    """
                    message m {
                      optional group image { optional binary bytes; optional binary path (STRING); }
                      optional int64 label;
                    }
                    """);
    private static final int ROWS = 150;
    private static final int CLASSES = 9;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @TempDir private Path folder;

    /** Null where there is no image. */
    private final List<byte[]> images = new ArrayList<>();

    private final List<Long> labels = new ArrayList<>();

    private void draw() {
        images.clear();
        labels.clear();
        for (int i = 0; i < ROWS; i++) {
            byte[] image = new byte[random.nextInt(3000)];
            random.nextBytes(image);
            boolean again = i > 0 && random.nextInt(3) == 0;
            boolean none = random.nextInt(10) == 0;
            images.add(none ? null : again ? images.get(random.nextInt(i)) : image);
            labels.add(i == 0 ? CLASSES - 1L : random.nextInt(CLASSES));
        }
    }

    private void write(
            Path file, CompressionCodecName codec, WriterVersion version, boolean dictionary)
            throws IOException {
        try (ParquetWriter<Group> writer =
                ExampleParquetWriter.builder(new LocalOutputFile(file))
                        .withType(TYPE)
                        .withConf(new PlainParquetConfiguration())
                        .withCodecFactory(new ZstdCodecs())
                        .withCompressionCodec(codec)
                        .withWriterVersion(version)
                        .withDictionaryEncoding(dictionary)
                        .withRowGroupSize(100_000L)
                        .withPageSize(10_000)
                        .build()) {
            for (int i = 0; i < ROWS; i++) {
                Group row = new SimpleGroup(TYPE);
                Group image = row.addGroup("image");
                if (images.get(i) != null) {
                    image.add("bytes", Binary.fromConstantByteArray(images.get(i)));
                }
                row.add("label", (long) labels.get(i));
                writer.write(row);
            }
        }
    }

    private Manifest index() {
        return new ForeignDataSet(folder, COLUMNS, false).index("train", null);
    }

    private void assertEveryRowIsRight(String context) {
        try (DataSet data = DataSet.open(folder)) {
            assertThat(data.rowCount()).as(context).isEqualTo(ROWS);
            assertThat(data.classCount()).as(context).isEqualTo(CLASSES);
            for (int n = 0; n < 2 * ROWS; n++) {
                int row = n < ROWS ? n : random.nextInt(ROWS);
                String at = context + ", row=" + row;
                byte[] image = images.get(row) == null ? new byte[0] : images.get(row);
                assertThat(data.readImage(row, null)).as(at).isEqualTo(ByteBuffer.wrap(image));
                assertThat(data.key(row)).as(at).isEqualTo(SampleKey.of(image));
                assertThat(data.labels(row).ids())
                        .as(at)
                        .containsExactly(labels.get(row).intValue());
            }
            assertThat(data.problem(0)).as(context).isEmpty();
        }
    }

    @Test
    void shouldBeTrainedFromWhereItLiesHoweverParquetJavaWroteIt() throws IOException {
        for (CompressionCodecName codec :
                List.of(CompressionCodecName.UNCOMPRESSED, CompressionCodecName.ZSTD)) {
            for (WriterVersion version : WriterVersion.values()) {
                for (boolean dictionary : new boolean[] {true, false}) {
                    boolean delta = version == WriterVersion.PARQUET_2_0 && !dictionary;
                    if (delta) {
                        continue; // see the test of what is refused
                    }
                    String context =
                            "seed=%d, %s, %s, dictionary=%s"
                                    .formatted(seed, codec, version, dictionary);
                    clear();
                    draw();
                    write(folder.resolve("a.parquet"), codec, version, dictionary);
                    index();
                    assertEveryRowIsRight(context);
                }
            }
        }
    }

    @Test
    void shouldBeTrainedFromWhereItLiesHoweverDuckDbWroteIt() throws Exception {
        for (String codec : List.of("uncompressed", "snappy", "gzip", "zstd")) {
            for (String version : List.of("V1", "V2")) {
                clear();
                draw();
                writeWithDuckDb(
                        "format parquet, compression %s, parquet_version %s, row_group_size 2048"
                                .formatted(codec, version));
                index();
                assertEveryRowIsRight("seed=%d, %s, %s".formatted(seed, codec, version));
            }
        }
    }

    private void writeWithDuckDb(String options) throws Exception {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    "create table t (i int, image struct(bytes blob, path varchar), label int)");
            for (int i = 0; i < ROWS; i++) {
                String bytes =
                        images.get(i) == null
                                ? "null"
                                : "from_hex('%s')"
                                        .formatted(HexFormat.of().formatHex(images.get(i)));
                statement.execute(
                        "insert into t values (%d, {'bytes': %s, 'path': null}, %d)"
                                .formatted(i, bytes, labels.get(i)));
            }
            statement.execute(
                    "copy (select image, label from t order by i) to '%s' (%s)"
                            .formatted(folder.resolve("a.parquet"), options));
        }
    }

    private void clear() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void shouldTakeSeveralFilesInTheOrderOfTheirNamesAndGoOnWhereItStopped() throws IOException {
        draw();
        for (String name : List.of("b.parquet", "a.parquet", "c.parquet")) {
            write(folder.resolve(name), CompressionCodecName.ZSTD, WriterVersion.PARQUET_1_0, true);
        }
        Manifest manifest = index();
        assertThat(manifest.shards().stream().map(Manifest.Shard::file))
                .containsExactly("a.parquet", "b.parquet", "c.parquet");
        assertThat(manifest.rows()).isEqualTo(3L * ROWS);
        Files.setLastModifiedTime(folder.resolve("b.index"), FileTime.fromMillis(0));
        Files.delete(folder.resolve(Manifest.FILE_NAME)); // as if it was killed before the end
        assertThat(index()).isEqualTo(manifest);
        assertThat(Files.getLastModifiedTime(folder.resolve("b.index")).toMillis()).isZero();
        assertThatThrownBy(this::index)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("holds a data set already");
    }

    @Test
    void shouldNotTakeAnIndexThatWasMadeForOtherClassesOrColumns() throws IOException {
        draw();
        write(
                folder.resolve("a.parquet"),
                CompressionCodecName.ZSTD,
                WriterVersion.PARQUET_1_0,
                true);
        List<String> names = IntStream.range(0, CLASSES).mapToObj(i -> "n" + i).toList();
        new ForeignDataSet(folder, COLUMNS, false).index("train", names);
        byte[] before = Files.readAllBytes(folder.resolve("a.index"));
        List<String> others = IntStream.range(0, CLASSES).mapToObj(i -> "m" + i).toList();
        new ForeignDataSet(folder, COLUMNS, true).index("train", others);
        assertThat(Files.readAllBytes(folder.resolve("a.index"))).isNotEqualTo(before);
        assertEveryRowIsRight("seed=" + seed);
    }

    @Test
    void shouldMakeAnIndexAgainThatIsLost() throws IOException {
        draw();
        write(
                folder.resolve("a.parquet"),
                CompressionCodecName.ZSTD,
                WriterVersion.PARQUET_1_0,
                true);
        index();
        byte[] before = Files.readAllBytes(folder.resolve("a.index"));
        Files.delete(folder.resolve("a.index"));
        assertEveryRowIsRight("seed=" + seed);
        assertThat(folder.resolve("a.index")).hasBinaryContent(before);
    }

    @Test
    void shouldRefuseEncodingsThatItDoesNotRead() throws IOException {
        draw();
        Path file = folder.resolve("a.parquet");
        write(file, CompressionCodecName.ZSTD, WriterVersion.PARQUET_2_0, false);
        assertThatThrownBy(this::index)
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(
                        file
                                + ": cannot be read where it lies: its images are encoded as"
                                + " DELTA_BYTE_ARRAY; 'jft-data import parquet' copies them");
    }

    @Test
    void shouldNameADamagedPageWhenItIsRead() throws IOException {
        draw();
        Path file = folder.resolve("a.parquet");
        write(file, CompressionCodecName.ZSTD, WriterVersion.PARQUET_1_0, false);
        index();
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length / 2; i++) {
            bytes[4 + i] ^= 0x55;
        }
        Files.write(file, bytes);
        try (DataSet data = DataSet.open(folder)) {
            assertThatThrownBy(
                            () -> {
                                for (int row = 0; row < ROWS; row++) {
                                    data.readImage(row, null);
                                }
                            })
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith(file + ": ");
        }
    }

    @Test
    void shouldSayHowToMakeADataSetOfBareParquet() throws IOException {
        draw();
        write(
                folder.resolve("a.parquet"),
                CompressionCodecName.ZSTD,
                WriterVersion.PARQUET_1_0,
                true);
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "%s: holds Parquet files without a manifest.json; 'jft-data index %s'"
                                        .formatted(folder, folder)
                                + " makes them a data set");
    }
}
