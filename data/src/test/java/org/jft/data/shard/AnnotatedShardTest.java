package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.IndexedPng;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.Keypoint;
import org.jft.data.annotation.RandomAnnotations;
import org.jft.data.taxonomy.Labels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of annotations, read back by our code and by DuckDB. */
class AnnotatedShardTest {
    private static final int CLASSES = 12;
    private static final int ROWS = 200;

    @TempDir private Path folder;
    private final long seed = new Random().nextLong();
    private final List<Sample> samples = new ArrayList<>();

    @BeforeEach
    void writeShards() {
        Random random = new Random(seed);
        for (int row = 0; row < ROWS; row++) {
            byte[] image = new byte[100 + random.nextInt(6000)];
            random.nextBytes(image);
            int width = 1 + random.nextInt(20);
            int height = 1 + random.nextInt(20);
            samples.add(
                    new Sample(
                            image,
                            null,
                            width,
                            height,
                            Labels.NONE,
                            null,
                            RandomAnnotations.draw(random, width, height, CLASSES)));
        }
        Manifest manifest = write(folder, samples);
        assertThat(manifest.shards()).hasSizeGreaterThan(1);
    }

    private static Manifest write(Path into, List<Sample> samples) {
        ShardLayout layout = new ShardLayout(400_000, 250_000, 4_000);
        try (DataSetWriter writer =
                DataSetWriter.create(
                        into, "train", RandomSamples.taxonomy(CLASSES), layout, false)) {
            samples.forEach(writer::add);
            return writer.finish();
        }
    }

    private List<List<Object>> query(String sql) throws SQLException {
        String shards = folder.resolve("shard-*.parquet").toString();
        List<List<Object>> rows = new ArrayList<>();
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet found = statement.executeQuery(sql.replace("SHARDS", shards))) {
            while (found.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    Object value = found.getObject(i);
                    row.add(
                            value instanceof Blob blob
                                    ? blob.getBytes(1, (int) blob.length())
                                    : value);
                }
                rows.add(row);
            }
        }
        return rows;
    }

    @Test
    void shouldReadBackEveryRowInAnyOrderOnManyThreads() {
        try (DataSet data = DataSet.open(folder)) {
            assertThat(data.annotated()).isTrue();
            List<Long> wrong =
                    LongStream.range(0, 2000)
                            .parallel()
                            .map(i -> i * 7919 % ROWS)
                            .filter(
                                    row ->
                                            !data.annotations(row)
                                                    .orElseThrow()
                                                    .equals(samples.get((int) row).annotations()))
                            .boxed()
                            .toList();
            assertThat(wrong).as("seed=%d", seed).isEmpty();
        }
    }

    @Test
    void shouldShowTheDocumentedColumns() throws SQLException {
        assertThat(query("select column_name, column_type from (describe from 'SHARDS')"))
                .hasSize(10)
                .endsWith(
                        List.of(
                                "boxes",
                                "STRUCT(id INTEGER, x FLOAT, y FLOAT, width FLOAT, height FLOAT,"
                                        + " area FLOAT, crowd BOOLEAN, difficult BOOLEAN,"
                                        + " mask VARCHAR)[]"),
                        List.of("mask", "BLOB"),
                        List.of("keypoints", "STRUCT(x FLOAT, y FLOAT, visibility INTEGER)[][]"));
    }

    @Test
    void shouldUnnestInDuckDbToTheObjectsThatWereWritten() throws SQLException {
        List<String> expected = new ArrayList<>();
        for (Sample sample : samples) {
            for (Instance i : sample.annotations().instances()) {
                expected.add(
                        "%s %d %s %s %s %s %s %s %s %s"
                                .formatted(
                                        SampleKey.of(sample.image()),
                                        i.classId(),
                                        i.box().x(),
                                        i.box().y(),
                                        i.box().width(),
                                        i.box().height(),
                                        i.area(),
                                        i.crowd(),
                                        i.difficult(),
                                        i.mask() == null ? null : i.mask().toCoco()));
            }
        }
        List<String> found =
                query(
                                "select lower(hex(key)), b.id, b.x, b.y, b.width, b.height, b.area,"
                                        + " b.crowd, b.difficult, b.mask"
                                        + " from (select key, unnest(boxes) as b from 'SHARDS')")
                        .stream()
                        .map(row -> "%s %s %s %s %s %s %s %s %s %s".formatted(row.toArray()))
                        .toList();
        assertThat(found).as("seed=%d", seed).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void shouldAlignKeypointsWithBoxesInDuckDb() throws SQLException {
        List<String> expected = new ArrayList<>();
        for (Sample sample : samples) {
            List<Instance> instances = sample.annotations().instances();
            for (int box = 0; box < instances.size(); box++) {
                List<Keypoint> keypoints = instances.get(box).keypoints();
                for (int k = 0; keypoints != null && k < keypoints.size(); k++) {
                    Keypoint point = keypoints.get(k);
                    expected.add(
                            "%s %d %d %s %s %d"
                                    .formatted(
                                            SampleKey.of(sample.image()),
                                            box + 1,
                                            k + 1,
                                            point.x(),
                                            point.y(),
                                            point.visibility().ordinal()));
                }
            }
        }
        List<String> found =
                query(
                                "select lower(hex(key)), b, k, p.x, p.y, p.visibility from (select"
                                        + " key, b, unnest(range(1, len(keypoints[b]) + 1)) as k,"
                                        + " keypoints[b][k] as p from (select key, keypoints,"
                                        + " unnest(range(1, len(keypoints) + 1)) as b"
                                        + " from 'SHARDS'))")
                        .stream()
                        .map(row -> "%s %s %s %s %s %s".formatted(row.toArray()))
                        .toList();
        assertThat(found).as("seed=%d", seed).containsExactlyInAnyOrderElementsOf(expected);
        long without =
                samples.stream()
                        .filter(
                                s ->
                                        s.annotations().instances().stream()
                                                .allMatch(i -> i.keypoints() == null))
                        .count();
        assertThat(query("select count(*) from 'SHARDS' where keypoints is null").get(0))
                .as("seed=%d", seed)
                .containsExactly(without);
    }

    @Test
    void shouldHoldMasksOfClassesAsPngs() throws SQLException {
        List<List<Object>> found = query("select mask, boxes is null from 'SHARDS'");
        for (int row = 0; row < ROWS; row++) {
            Annotations annotations = samples.get(row).annotations();
            byte[] png = (byte[]) found.get(row).get(0);
            assertThat(png == null ? null : IndexedPng.decode(png).values())
                    .as("seed=%d, row=%d", seed, row)
                    .isEqualTo(annotations.mask() == null ? null : annotations.mask().values());
            assertThat(found.get(row).get(1)).isEqualTo(false); // none is an empty list
        }
    }

    @Test
    void shouldCostNothingWithoutAnnotations() throws IOException {
        List<Sample> plain = RandomSamples.draw(seed, 40, CLASSES, 2000);
        Path other = folder.resolve("plain");
        write(other, plain);
        try (DataSet data = DataSet.open(other)) {
            assertThat(data.annotated()).isFalse();
            assertThat(data.annotations(7)).isEmpty();
        }
        String footer =
                new String(
                        Files.readAllBytes(other.resolve("shard-00000.parquet")),
                        StandardCharsets.ISO_8859_1);
        assertThat(footer).contains("clean_labels").doesNotContain("keypoints");
    }

    @Test
    void shouldFollowAListOfClasses() throws IOException {
        Path list = folder.resolve("classes.txt");
        Files.writeString(list, "class 5\nclass 2\n");
        try (DataSet data = DataSet.open(folder.toString(), list)) {
            for (int row = 0; row < ROWS; row++) {
                List<Integer> expected =
                        samples.get(row).annotations().instances().stream()
                                .map(Instance::classId)
                                .filter(id -> id == 5 || id == 2)
                                .map(id -> id == 5 ? 0 : 1)
                                .toList();
                assertThat(data.annotations(row).orElseThrow().instances())
                        .as("seed=%d, row=%d", seed, row)
                        .extracting(Instance::classId)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldRefuseAnnotationsOfSomeImagesOnly() {
        Sample plain = RandomSamples.draw(seed, 1, CLASSES, 100).get(0);
        assertThatThrownBy(() -> write(folder.resolve("mixed"), List.of(samples.get(0), plain)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("annotations of some images and not of others");
    }

    @Test
    void shouldNameTheRowWhoseClassIsUnknown() throws IOException {
        try (DataSet data = DataSet.open(folder)) {
            RandomSamples.taxonomy(1).save(folder.resolve("taxonomy.json"));
            Manifest.TaxonomyReference one =
                    new Manifest.TaxonomyReference(
                            "taxonomy.json", Sha256.ofFile(folder.resolve("taxonomy.json")));
            Manifest.Shard first = data.manifest().shards().get(0);
            ManifestFile.write(Manifest.of("train", 1, one, List.of(first)), folder);
        }
        int row = 0;
        while (samples.get(row).annotations().instances().stream()
                .allMatch(i -> i.classId() == 0)) {
            row++;
        }
        String place = "shard-00000.parquet: row %d: an object's class ".formatted(row);
        try (DataSet data = DataSet.open(folder)) {
            int wrong = row;
            assertThatThrownBy(() -> data.annotations(wrong))
                    .as("seed=%d", seed)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(place)
                    .hasMessageEndingWith("is outside the label space of 1 classes");
        }
    }
}
