package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A thousand damaged shards: each is read as if nothing was, or refused with its name. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ShardFuzzTest {
    private static final int ROUNDS = 1000;
    private static final int CLASSES = 10;
    private static final int ROWS = 40;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @TempDir private Path folder;
    private Manifest.Shard shard;
    private byte[] sound;
    private int refused;

    @BeforeEach
    void writeDataSet() throws IOException {
        List<Sample> samples = RandomSamples.draw(seed, ROWS, CLASSES, 400);
        try (DataSetWriter writer =
                DataSetWriter.create(
                        folder,
                        "train",
                        RandomSamples.taxonomy(CLASSES),
                        new ShardLayout(1 << 20, 5000, 1000),
                        false)) {
            samples.forEach(writer::add);
            shard = writer.finish().shards().get(0);
        }
        sound = Files.readAllBytes(folder.resolve(shard.file()));
    }

    @Test
    void shouldNameEachOfAThousandDamagedShards() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = damage();
            Files.write(folder.resolve(shard.file()), damaged);
            // without an index Parquet's own structures are read, with it they are not
            Files.deleteIfExists(folder.resolve(ShardIndexFile.nameFor(shard)));
            readAll("seed=%d, round=%d".formatted(seed, round));
        }
        assertThat(refused).as("seed=%d", seed).isGreaterThan(ROUNDS / 20);
    }

    @Test
    void shouldNameEachOfAThousandDamagedShardsOfOthers() throws IOException {
        Manifest.Columns columns = new Manifest.Columns("image", "image_bytes");
        Files.delete(folder.resolve(Manifest.FILE_NAME));
        Files.delete(folder.resolve(ShardIndexFile.nameFor(shard)));
        new ForeignDataSet(folder, columns, false).index("train", null);
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(folder.resolve(shard.file()), damage());
            Files.deleteIfExists(folder.resolve(ShardIndexFile.nameFor(shard)));
            readAll("seed=%d, round=%d".formatted(seed, round));
        }
        assertThat(refused).as("seed=%d", seed).isGreaterThan(ROUNDS / 20);
    }

    /** Flips bits, repeats, blanks; in the footer as often as elsewhere. */
    private byte[] damage() {
        byte[] damaged = sound.clone();
        int times = 1 + random.nextInt(8);
        for (int i = 0; i < times; i++) {
            boolean footer = random.nextBoolean();
            int from = footer ? damaged.length - damaged.length / 8 : 0;
            int at = from + random.nextInt(damaged.length - from);
            int length = Math.min(damaged.length - at, 1 + random.nextInt(30));
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt();
                case 2 -> Arrays.fill(damaged, at, at + length, (byte) (random.nextInt(2) - 1));
                default ->
                        System.arraycopy(
                                damaged,
                                random.nextInt(damaged.length - length),
                                damaged,
                                at,
                                length);
            }
        }
        return damaged;
    }

    private void readAll(String context) {
        try (DataSet data = DataSet.open(folder)) {
            for (int row = 0; row < ROWS; row++) {
                ByteBuffer image = data.readImage(row, null);
                assertThat(image.remaining()).as(context).isEqualTo(data.imageBytes(row));
                data.labels(row);
                data.cleanLabels(row);
            }
            assertThat(data.locate(random.nextInt(ROWS))).as(context).contains(shard.file());
            data.problem(0);
        } catch (JftException e) {
            refused++;
            assertThat(e).as(context).hasMessageContaining(shard.file());
            assertThat(e.getMessage()).as(context).doesNotContain("\n");
        } catch (RuntimeException | Error e) {
            throw new AssertionError(context + ": " + e, e);
        }
    }
}
