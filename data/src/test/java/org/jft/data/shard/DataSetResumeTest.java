package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetResumeTest {
    private static final Taxonomy CLASSES = Taxonomy.flat(List.of("a", "b"));
    private static final ShardLayout SMALL = new ShardLayout(2000, 1000, 500);

    @TempDir private Path folder;

    private static Sample sample(int i) {
        byte[] image = new byte[100];
        new Random(i).nextBytes(image);
        return new Sample(
                image, "p" + i, 3, 3, new Labels(new int[] {i % 2}, new float[] {1}), null);
    }

    private static Manifest write(Path to, int from, int rows) {
        try (DataSetWriter writer = DataSetWriter.create(to, "train", CLASSES, SMALL, true)) {
            for (int i = from; i < from + rows; i++) {
                writer.add(sample(i));
            }
            return writer.finish();
        }
    }

    /** Killed while finished shards move over those of an older, longer data set. */
    @Test
    void shouldCompleteADataSetWhoseShardsWereMovedInPart() throws IOException {
        long seed = new Random().nextLong();
        Manifest expected = write(folder.resolve("whole"), 0, 90);
        int count = expected.shards().size();
        assertThat(count).isGreaterThan(2);
        Path out = folder.resolve("out");
        write(out, 500, 200);
        DataSetWriter killed = DataSetWriter.create(out, "train", CLASSES, SMALL, true);
        for (int i = 0; i < 90; i++) {
            killed.add(sample(i));
        }
        killed.seal();
        List<Manifest.Shard> shards = List.copyOf(killed.shards());
        int moved = new Random(seed).nextInt(count);
        for (int i = 0; i < moved; i++) {
            for (String name :
                    List.of(shards.get(i).file(), ShardIndexFile.nameFor(shards.get(i)))) {
                Files.deleteIfExists(out.resolve(name));
                Files.move(out.resolve(DataSetWriter.INCOMPLETE).resolve(name), out.resolve(name));
            }
        }
        Manifest found = DataSetWriter.resume(out, "train", CLASSES, SMALL, shards).finish();
        assertThat(found).as("seed=%d, moved=%d", seed, moved).isEqualTo(expected);
        try (DataSet data = DataSet.open(out)) {
            assertThat(data.rowCount()).isEqualTo(90);
            for (Manifest.Shard shard : found.shards()) {
                assertThat(data.problem(found.shards().indexOf(shard))).isEmpty();
            }
        }
        assertThat(out.resolve("shard-%05d.parquet".formatted(count))).doesNotExist();
    }
}
