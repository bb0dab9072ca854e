package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jft.data.taxonomy.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetTest {
    private static final int CLASSES = 40;

    @TempDir private Path folder;

    private Manifest write(Path into, List<Sample> samples, ShardLayout layout) {
        try (DataSetWriter writer =
                DataSetWriter.create(
                        into, "train", RandomSamples.taxonomy(CLASSES), layout, false)) {
            samples.forEach(writer::add);
            return writer.finish();
        }
    }

    @Test
    void shouldReadBackEveryRowWhateverTheLayout() {
        for (int round = 0; round < 12; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            int rows = random.nextInt(400);
            int page = 64 + random.nextInt(20_000);
            int group = page + random.nextInt(100_000);
            ShardLayout layout = new ShardLayout(group + random.nextInt(300_000), group, page);
            List<Sample> samples =
                    RandomSamples.draw(seed, rows, CLASSES, 1 + random.nextInt(5000));
            Path into = folder.resolve("round-" + round);
            Manifest manifest = write(into, samples, layout);
            String context = "seed=%d, rows=%d, layout=%s".formatted(seed, rows, layout);
            assertThat(manifest.rows()).as(context).isEqualTo(rows);
            try (DataSet data = DataSet.open(into)) {
                assertThat(data.rowCount()).as(context).isEqualTo(rows);
                assertThat(data.fingerprint()).as(context).isEqualTo(manifest.fingerprint());
                ByteBuffer scratch = ByteBuffer.allocateDirect(8);
                for (int row : IntStream.range(0, rows).toArray()) {
                    scratch = checkRow(context, data, row, samples.get(row), scratch);
                }
            }
        }
    }

    private static ByteBuffer checkRow(
            String context, DataSet data, int row, Sample sample, ByteBuffer scratch) {
        String at = "%s, row=%d".formatted(context, row);
        ByteBuffer image = data.readImage(row, scratch);
        byte[] bytes = new byte[image.remaining()];
        image.duplicate().get(bytes);
        assertThat(bytes).as(at).isEqualTo(sample.image());
        assertThat(data.key(row)).as(at).isEqualTo(SampleKey.of(sample.image()));
        assertThat(data.width(row)).as(at).isEqualTo(sample.width());
        assertThat(data.height(row)).as(at).isEqualTo(sample.height());
        assertThat(data.labels(row).ids()).as(at).isEqualTo(sample.labels().ids());
        assertThat(data.labels(row).confidences()).as(at).isEqualTo(sample.labels().confidences());
        assertThat(data.cleanLabels(row).map(Labels::ids).orElse(null))
                .as(at)
                .isEqualTo(sample.cleanLabels());
        if (row % 50 != 0) {
            return image; // naming a row reads its row group's paths again
        }
        if (sample.path() == null) {
            assertThat(data.locate(row)).as(at).matches(".*shard-\\d{5}.parquet row \\d+");
        } else {
            assertThat(data.locate(row)).as(at).endsWith("(%s)".formatted(sample.path()));
        }
        return image;
    }

    @Test
    void shouldUseAScratchBufferThatIsLargeEnough() {
        write(folder, RandomSamples.draw(1, 10, CLASSES, 100), ShardLayout.DEFAULT);
        try (DataSet data = DataSet.open(folder)) {
            ByteBuffer large = ByteBuffer.allocateDirect(200);
            assertThat(data.readImage(3, large)).isSameAs(large);
            ByteBuffer small = ByteBuffer.allocateDirect(0);
            ByteBuffer grown = data.readImage(3, small);
            assertThat(grown).isNotSameAs(small);
            assertThat(grown.isDirect()).isTrue();
            assertThat(data.readImage(4, grown)).isSameAs(grown);
        }
    }

    @Test
    void shouldServeManyThreadsAtOnce() {
        int rows = 500;
        List<Sample> samples = RandomSamples.draw(2, rows, CLASSES, 3000);
        write(folder, samples, new ShardLayout(200_000, 50_000, 5_000));
        try (DataSet data = DataSet.open(folder)) {
            long wrong =
                    LongStream.range(0, 20_000)
                            .parallel()
                            .filter(
                                    i -> {
                                        int row = (int) (i * 7919 % rows);
                                        ByteBuffer image = data.readImage(row, null);
                                        return !image.equals(
                                                ByteBuffer.wrap(samples.get(row).image()));
                                    })
                            .count();
            assertThat(wrong).isZero();
        }
    }

    @Test
    void shouldGiveEqualFingerprintsToEqualContentOnly() {
        List<Sample> samples = RandomSamples.draw(3, 50, CLASSES, 500);
        String first = write(folder.resolve("a"), samples, ShardLayout.DEFAULT).fingerprint();
        String same = write(folder.resolve("b"), samples, ShardLayout.DEFAULT).fingerprint();
        String fewer =
                write(folder.resolve("c"), samples.subList(0, 49), ShardLayout.DEFAULT)
                        .fingerprint();
        assertThat(same).isEqualTo(first);
        assertThat(fewer).isNotEqualTo(first);
    }
}
