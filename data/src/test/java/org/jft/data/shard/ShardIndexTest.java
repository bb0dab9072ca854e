package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;
import org.jft.data.store.Storage;
import org.jft.data.store.StoredFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardIndexTest {
    private static final int CLASSES = 30;
    private static final int ROWS = 120;
    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @TempDir private Path folder;
    private List<Sample> samples;
    private Manifest manifest;

    @BeforeEach
    void writeDataSet() throws IOException {
        samples = RandomSamples.draw(seed, ROWS, CLASSES, 3000);
        try (DataSetWriter writer =
                DataSetWriter.create(
                        folder,
                        "train",
                        RandomSamples.taxonomy(CLASSES),
                        new ShardLayout(60_000, 20_000, 4_000),
                        false)) {
            samples.forEach(writer::add);
            manifest = writer.finish();
        }
        for (int shard = 0; shard < manifest.shards().size(); shard++) {
            Files.setLastModifiedTime(index(shard), LONG_AGO);
        }
    }

    private Path index(int shard) {
        return folder.resolve(ShardIndexFile.nameFor(manifest.shards().get(shard)));
    }

    private void assertEveryRowIsRight() {
        try (DataSet data = DataSet.open(folder)) {
            for (int row = 0; row < ROWS; row++) {
                Sample sample = samples.get(row);
                String at = "seed=%d, row=%d".formatted(seed, row);
                assertThat(data.readImage(row, null))
                        .as(at)
                        .isEqualTo(ByteBuffer.wrap(sample.image()));
                assertThat(data.key(row)).as(at).isEqualTo(SampleKey.of(sample.image()));
                assertThat(data.labels(row).ids()).as(at).isEqualTo(sample.labels().ids());
            }
        }
    }

    private static IndexSource.Rules rules(Path folder, int classes) {
        return IndexSource.Rules.of(folder, RandomSamples.taxonomy(classes), null);
    }

    private boolean kept(int shard) throws IOException {
        return Files.getLastModifiedTime(index(shard)).equals(LONG_AGO);
    }

    @Test
    void shouldBeWrittenByTheImportAndUsedAsItIs() throws IOException {
        assertEveryRowIsRight();
        for (int shard = 0; shard < manifest.shards().size(); shard++) {
            assertThat(kept(shard)).isTrue();
        }
    }

    @Test
    void shouldBeMadeAgainWhereItIsMissing() throws IOException {
        byte[] before = Files.readAllBytes(index(1));
        Files.delete(index(1));
        assertEveryRowIsRight();
        assertThat(index(1)).hasBinaryContent(before);
        assertThat(kept(0)).isTrue();
    }

    @Test
    void shouldBeMadeAgainWhereItIsDamaged() throws IOException {
        byte[] before = Files.readAllBytes(index(0));
        for (int round = 0; round < 100; round++) {
            int at = random.nextInt(before.length);
            try (RandomAccessFile file = new RandomAccessFile(index(0).toFile(), "rw")) {
                if (random.nextInt(5) == 0) {
                    file.setLength(at);
                } else {
                    file.seek(at);
                    file.write(before[at] ^ 1 << random.nextInt(8));
                }
            }
            assertEveryRowIsRight();
            assertThat(index(0)).as("seed=%d, at=%d", seed, at).hasBinaryContent(before);
        }
    }

    @Test
    void shouldBeMadeAgainWhereItIsOfAnotherShard() throws IOException {
        byte[] before = Files.readAllBytes(index(0));
        Files.copy(index(1), index(0), StandardCopyOption.REPLACE_EXISTING);
        assertEveryRowIsRight();
        assertThat(index(0)).hasBinaryContent(before);
    }

    @Test
    void shouldStayInMemoryWhereItCannotBeKept() throws IOException {
        Manifest.Shard shard = manifest.shards().get(0);
        Path noFolder = Files.createFile(folder.resolve("file"));
        try (Storage storage = Storage.of(folder.toString());
                StoredFile file = storage.open(shard.file(), shard.bytes())) {
            IndexSource source = new IndexSource(storage, file, shard, rules(noFolder, CLASSES));
            assertThat(source.ready()).isFalse();
            assertThat(source.make().key(3)).isEqualTo(SampleKey.of(samples.get(3).image()));
        }
    }

    @Test
    void shouldBeReportedWhereItContradictsItsShard() throws IOException {
        Manifest.Shard shard = manifest.shards().get(0);
        try (Storage storage = Storage.of(folder.toString());
                StoredFile file = storage.open(shard.file(), shard.bytes())) {
            ByteBuffer block = new ShardFile(file, shard).index(CLASSES);
            assertThat(ShardIndex.intact(block)).isTrue();
            int height = block.capacity() / 2; // some number in the middle
            block.put(height, (byte) (block.get(height) + 1));
            assertThat(ShardIndex.intact(block)).isFalse();
            ShardIndex.seal(block);
            assertThat(new ShardIndexFile(folder, shard).write(block)).isTrue();
        }
        try (DataSet data = DataSet.open(folder)) {
            assertThat(data.problem(1)).isEmpty();
            assertThat(data.problem(0))
                    .contains(index(0) + ": not the index of its shard; delete it");
        }
    }

    @Test
    void shouldBeMappedForShardsInUseOnly() {
        try (DataSet data = DataSet.open(folder)) {
            assertThat(manifest.shards()).hasSizeGreaterThan(2);
            assertThat(data.mappedShards()).isZero();
            data.labels(ROWS - 1);
            data.key(ROWS - 1);
            assertThat(data.mappedShards()).isOne();
        }
    }

    @Test
    void shouldRefuseLabelsOutsideTheLabelSpaceThoughTheIndexIsThere() {
        Manifest.Shard shard = manifest.shards().get(0);
        try (Storage storage = Storage.of(folder.toString())) {
            assertThatThrownBy(
                            () ->
                                    OpenShard.open(
                                            storage,
                                            shard,
                                            rules(folder, 3),
                                            new PageCache(),
                                            new ShardAnnotations.Kept()))
                    .hasMessageContaining("is outside the label space of 3 classes");
        }
    }
}
