package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.data.taxonomy.Labels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads shards with a Parquet implementation that is not ours. */
class ShardInDuckDbTest {
    private static final int CLASSES = 30;

    @TempDir private Path folder;
    private final long seed = new Random().nextLong();
    private List<Sample> samples;
    private Connection duckDb;

    @BeforeEach
    void writeShards() throws SQLException {
        samples = RandomSamples.draw(seed, 300, CLASSES, 4000);
        ShardLayout layout = new ShardLayout(250_000, 60_000, 8_000);
        try (DataSetWriter writer =
                DataSetWriter.create(
                        folder, "train", RandomSamples.taxonomy(CLASSES), layout, false)) {
            samples.forEach(writer::add);
            assertThat(writer.finish().shards()).hasSizeGreaterThan(1);
        }
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void close() throws SQLException {
        duckDb.close();
    }

    private List<List<Object>> query(String sql) throws SQLException {
        String shards = folder.resolve("shard-*.parquet").toString();
        List<List<Object>> rows = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet found = statement.executeQuery(sql.replace("SHARDS", shards))) {
            while (found.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.add(found.getObject(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    @Test
    void shouldShowTheDocumentedSchema() throws SQLException {
        List<List<Object>> columns =
                query("select column_name, column_type from (describe from 'SHARDS')");
        assertThat(columns)
                .containsExactly(
                        List.of("key", "BLOB"),
                        List.of("image", "STRUCT(bytes BLOB, path VARCHAR)"),
                        List.of("image_bytes", "INTEGER"),
                        List.of("width", "INTEGER"),
                        List.of("height", "INTEGER"),
                        List.of("labels", "STRUCT(id INTEGER, confidence FLOAT)[]"),
                        List.of("clean_labels", "INTEGER[]"));
    }

    @Test
    void shouldHoldEveryImageUnderItsSha256() throws SQLException {
        List<List<Object>> found =
                query(
                        "select count(*),"
                                + " count(*) filter (lower(hex(key)) = sha256(image.bytes)[1:32]),"
                                + " count(*) filter (octet_length(image.bytes) = image_bytes),"
                                + " sum(width::bigint * height) from 'SHARDS'");
        long area = samples.stream().mapToLong(s -> (long) s.width() * s.height()).sum();
        assertThat(found.get(0).subList(0, 3))
                .as("seed=%d", seed)
                .containsExactly(300L, 300L, 300L);
        assertThat(found.get(0).get(3)).hasToString(Long.toString(area));
    }

    @Test
    void shouldUnnestToTheLabelsThatWereWritten() throws SQLException {
        List<String> expected = new ArrayList<>();
        for (Sample sample : samples) {
            Labels labels = sample.labels();
            for (int i = 0; i < labels.size(); i++) {
                expected.add(
                        "%s %d %s"
                                .formatted(
                                        SampleKey.of(sample.image()),
                                        labels.ids()[i],
                                        labels.confidences()[i]));
            }
        }
        List<String> found =
                query(
                                "select lower(hex(key)), l.id, l.confidence from (select key,"
                                        + " unnest(labels) as l from 'SHARDS')")
                        .stream()
                        .map(row -> "%s %s %s".formatted(row.toArray()))
                        .toList();
        assertThat(found).as("seed=%d", seed).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void shouldTellUnknownTruthFromNoLabels() throws SQLException {
        long unknown = samples.stream().filter(s -> s.cleanLabels() == null).count();
        long known = samples.stream().filter(s -> s.cleanLabels() != null).count();
        long pairs =
                samples.stream()
                        .filter(s -> s.cleanLabels() != null)
                        .mapToLong(s -> s.cleanLabels().length)
                        .sum();
        List<List<Object>> found =
                query(
                        "select count(*) filter (clean_labels is null),"
                                + " count(clean_labels), sum(len(clean_labels))::bigint"
                                + " from 'SHARDS'");
        assertThat(found.get(0)).as("seed=%d", seed).isEqualTo(List.of(unknown, known, pairs));
    }

    @Test
    void shouldKeepImagesPlainAndTheRestCompressed() throws SQLException {
        List<List<Object>> found =
                query(
                        "select distinct path_in_schema, compression, encodings"
                                + " from parquet_metadata('SHARDS')"
                                + " where path_in_schema in ('image, bytes', 'width')"
                                + " order by 1");
        assertThat(found.get(0).subList(0, 2)).isEqualTo(List.of("image, bytes", "UNCOMPRESSED"));
        assertThat(found.get(0).get(2).toString()).contains("PLAIN").doesNotContain("DICT");
        assertThat(found.get(1).get(1)).isEqualTo("ZSTD");
    }

    @Test
    void shouldCarryTheHuggingFaceImageFeature() throws SQLException {
        List<List<Object>> found =
                query(
                        "select json_extract_string(decode(value),"
                                + " '$.info.features.image._type')"
                                + " from parquet_kv_metadata('SHARDS')"
                                + " where decode(key) = 'huggingface'");
        assertThat(found).isNotEmpty().allMatch(row -> row.equals(List.of("Image")));
    }
}
