package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.store.Storage;
import org.jft.data.store.StoredFile;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorruptDataSetTest {
    private static final int CLASSES = 10;
    private static final ShardLayout SMALL = new ShardLayout(60_000, 20_000, 4_000);

    @TempDir private Path parent;
    private Path folder;
    private Manifest manifest;

    @BeforeEach
    void writeDataSet() {
        folder = parent.resolve("set");
        manifest = write(folder, RandomSamples.draw(7, 100, CLASSES, 2000), false);
        assertThat(manifest.shards()).hasSizeGreaterThan(1);
    }

    private static Manifest write(Path folder, List<Sample> samples, boolean overwrite) {
        try (DataSetWriter writer =
                DataSetWriter.create(
                        folder, "train", RandomSamples.taxonomy(CLASSES), SMALL, overwrite)) {
            samples.forEach(writer::add);
            return writer.finish();
        }
    }

    private Path shard(int index) {
        return folder.resolve(manifest.shards().get(index).file());
    }

    private void deleteIndex(int index) throws IOException {
        Files.delete(folder.resolve(ShardIndexFile.nameFor(manifest.shards().get(index))));
    }

    @Test
    void shouldNameATruncatedShardAndBothSizes() throws IOException {
        long bytes = manifest.shards().get(1).bytes();
        try (RandomAccessFile file = new RandomAccessFile(shard(1).toFile(), "rw")) {
            file.setLength(bytes - 100);
        }
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(
                        "%s: truncated: has %,d bytes, manifest.json says %,d"
                                .formatted(shard(1), bytes - 100, bytes));
    }

    @Test
    void shouldNameAShardWithoutItsFooter() throws IOException {
        deleteIndex(0);
        try (RandomAccessFile file = new RandomAccessFile(shard(0).toFile(), "rw")) {
            file.seek(file.length() - 4);
            file.write(new byte[4]);
        }
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(shard(0) + ": not readable as Parquet: ");
    }

    @Test
    void shouldNameAMissingShard() throws IOException {
        Files.delete(shard(1));
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(shard(1) + ": missing, but manifest.json lists it");
    }

    @Test
    void shouldRefuseAnAlteredManifestAndAnAlteredTaxonomy() throws IOException {
        Path file = folder.resolve(Manifest.FILE_NAME);
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"rows\" : \\d+", "\"rows\" : 1"));
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("manifest.json: altered");
        Files.writeString(file, text);
        Path taxonomy = folder.resolve(Taxonomy.FILE_NAME);
        Files.writeString(taxonomy, Files.readString(taxonomy).replace("class 3", "class three"));
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("taxonomy.json: altered");
    }

    @Test
    void shouldNameFileRowAndIdOfALabelOutsideTheLabelSpace() throws IOException {
        List<Sample> samples = new ArrayList<>(RandomSamples.draw(8, 20, 5, 100));
        samples.set(
                13,
                new Sample(
                        new byte[] {1},
                        null,
                        1,
                        1,
                        new Labels(new int[] {2, 9}, new float[] {1, 1}),
                        null));
        manifest = write(folder, samples, true);
        Path file = folder.resolve(Taxonomy.FILE_NAME);
        RandomSamples.taxonomy(5).save(file);
        ManifestFile.write(
                Manifest.of(
                        "train",
                        5,
                        new Manifest.TaxonomyReference(Taxonomy.FILE_NAME, Sha256.ofFile(file)),
                        manifest.shards()),
                folder);
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(
                        shard(0) + ": row 13: label id 9 is outside the label space of 5 classes");
    }

    @Test
    void shouldRefuseAFileOfTheRightSchemaWhoseImagesAreCompressed() throws Exception {
        Path foreign = folder.resolve("foreign.parquet");
        copyWithDuckDb(shard(0), foreign);
        Manifest.Shard listed =
                new Manifest.Shard(
                        "foreign.parquet",
                        manifest.shards().get(0).rows(),
                        Files.size(foreign),
                        Sha256.ofFile(foreign));
        try (Storage storage = Storage.of(folder.toString());
                StoredFile file = storage.open("foreign.parquet", listed.bytes())) {
            assertThatThrownBy(() -> new ShardFile(file, listed).index(CLASSES))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith(foreign + ": not a shard as jft-data writes them: ");
        }
    }

    private static void copyWithDuckDb(Path from, Path to) throws SQLException {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    "copy (from '%s') to '%s' (format parquet, compression zstd)"
                            .formatted(from, to));
        }
    }

    @Test
    void shouldRefuseAFolderWhoseImportWasKilled(@TempDir Path fresh) throws IOException {
        // never finished nor closed, as after SIGKILL
        DataSetWriter killed =
                DataSetWriter.create(fresh, "train", RandomSamples.taxonomy(CLASSES), SMALL, false);
        RandomSamples.draw(9, 100, CLASSES, 2000).forEach(killed::add);
        assertThatThrownBy(() -> DataSet.open(fresh))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("an import was interrupted here");
        write(fresh, RandomSamples.draw(10, 5, CLASSES, 100), false);
        try (DataSet data = DataSet.open(fresh)) {
            assertThat(data.rowCount()).isEqualTo(5);
        }
        assertThat(fresh.resolve(DataSetWriter.INCOMPLETE)).doesNotExist();
    }

    @Test
    void shouldKeepTheOldDataSetUntilTheNewOneIsFinished() {
        assertThatThrownBy(() -> write(folder, List.of(), false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("--overwrite");
        DataSetWriter abandoned =
                DataSetWriter.create(folder, "train", RandomSamples.taxonomy(2), SMALL, true);
        abandoned.close();
        try (DataSet data = DataSet.open(folder)) {
            assertThat(data.rowCount()).isEqualTo(100);
        }
        write(folder, RandomSamples.draw(11, 3, CLASSES, 100), true);
        try (DataSet data = DataSet.open(folder)) {
            assertThat(data.rowCount()).isEqualTo(3);
        }
        assertThat(shard(1)).doesNotExist();
    }

    @Test
    void shouldSayWhatToRunWhenThereIsNoDataSet(@TempDir Path empty) {
        assertThatThrownBy(() -> DataSet.open(empty))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'jft-data import folder IMAGES " + empty);
        assertThatThrownBy(() -> DataSet.open(empty.resolve("nowhere")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no such folder; 'jft-data synth");
        assertThatThrownBy(() -> DataSet.open(parent))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("name one of them, like " + folder);
    }

    @Test
    void shouldRefuseRowsThatNoReaderWouldAccept() {
        try (DataSetWriter writer =
                DataSetWriter.create(
                        folder, "train", RandomSamples.taxonomy(CLASSES), SMALL, true)) {
            for (Labels labels :
                    List.of(
                            new Labels(new int[] {CLASSES}, new float[] {1}),
                            new Labels(new int[] {3, 3}, new float[] {1, 1}),
                            new Labels(new int[] {-1}, new float[] {1}),
                            new Labels(new int[] {1}, new float[] {1.5f}),
                            new Labels(new int[] {1}, new float[] {Float.NaN}))) {
                assertThatThrownBy(
                                () ->
                                        writer.add(
                                                new Sample(
                                                        new byte[1], "a.png", 1, 1, labels, null)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("a.png");
            }
        }
    }
}
