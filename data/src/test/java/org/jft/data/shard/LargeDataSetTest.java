package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jft.core.config.Subset;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.order.Lanes;
import org.jft.data.order.SampleOrder;
import org.jft.data.order.Selection;
import org.jft.data.taxonomy.Taxonomy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data set of the paper's size, 300M rows in 20,000 shards of 450 MB, all of them holes: files
 * that have their size and nothing in them. Only some shards have an index with a right checksum; a
 * reader that looked into any other would find it damaged, and the shard not to be Parquet.
 */
class LargeDataSetTest {
    private static final int SHARDS = 20_000;
    private static final int ROWS_OF_SHARD = 15_000;
    private static final long ROWS = (long) SHARDS * ROWS_OF_SHARD;
    private static final long SHARD_BYTES = 450_000_000;
    private static final int RESUMES = 5;

    private static final long SEED = new Random().nextLong();

    @TempDir private static Path folder;

    /** Global POSITIONS where a run is taken up again. */
    private static final List<Long> POSITIONS = new ArrayList<>();

    private static final SampleOrder ORDER =
            new SampleOrder(ROWS, SEED, 1024, 64, Lanes.of(4096, 32));

    @BeforeAll
    static void makeDataSet() throws IOException {
        Random random = new Random(SEED);
        Set<Integer> read = new HashSet<>();
        for (int i = 0; i < RESUMES; i++) {
            POSITIONS.add((long) (random.nextDouble() * 4 * ROWS)); // in one of four epochs
            read.add((int) (ORDER.indexAt(POSITIONS.get(i)) / ROWS_OF_SHARD));
        }
        List<Manifest.Shard> shards = new ArrayList<>();
        for (int i = 0; i < SHARDS; i++) {
            Manifest.Shard shard =
                    new Manifest.Shard(
                            "shard-%05d.parquet".formatted(i),
                            ROWS_OF_SHARD,
                            SHARD_BYTES,
                            "%064x".formatted(i));
            shards.add(shard);
            makeHole(folder.resolve(shard.file()), SHARD_BYTES);
            writeIndex(shard, i, read.contains(i));
        }
        Path taxonomy = folder.resolve(Taxonomy.FILE_NAME);
        RandomSamples.taxonomy(3).save(taxonomy);
        ManifestFile.write(
                Manifest.of(
                        "train",
                        3,
                        new Manifest.TaxonomyReference(Taxonomy.FILE_NAME, Sha256.ofFile(taxonomy)),
                        shards),
                folder);
    }

    private static void makeHole(Path file, long bytes) throws IOException {
        try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
            hole.setLength(bytes);
        }
    }

    /** The key of each row is (shard, row). */
    private static void writeIndex(Manifest.Shard shard, int number, boolean right)
            throws IOException {
        ByteBuffer head =
                ShardIndex.encode(shard.file(), shard, 0, emptyColumns(0), new long[0], List.of())
                        .order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(16, ROWS_OF_SHARD); // the count of rows
        Path file = folder.resolve(ShardIndexFile.nameFor(shard));
        if (right) {
            RowColumns columns = emptyColumns(ROWS_OF_SHARD);
            for (int row = 0; row < ROWS_OF_SHARD; row++) {
                columns.keyHigh()[row] = number;
                columns.keyLow()[row] = row;
            }
            Files.write(
                    file,
                    ShardIndex.encode(
                                    shard.file(),
                                    shard,
                                    0,
                                    columns,
                                    new long[ROWS_OF_SHARD],
                                    List.of())
                            .array());
        } else {
            Files.write(file, head.array());
            makeHole(file, ShardIndex.Header.read(head).blockBytes());
        }
    }

    private static RowColumns emptyColumns(int rows) {
        return new RowColumns(
                new long[rows],
                new long[rows],
                new int[rows],
                new int[rows],
                new int[rows],
                new int[rows + 1],
                new int[0],
                new float[0],
                new BitSet(),
                new int[rows + 1],
                new int[0]);
    }

    @Test
    void shouldResumeAnywhereOpeningNoShardButTheOneThatIsRead() {
        for (int i = 0; i < RESUMES; i++) {
            try (DataSet data = DataSet.open(folder)) {
                assertThat(data.rowCount()).isEqualTo(ROWS);
                Selection all = Selection.of(data, Subset.ALL, 0);
                long row = all.row(ORDER.indexAt(POSITIONS.get(i)));
                assertThat(data.key(row))
                        .as("seed=%d, position=%d", SEED, POSITIONS.get(i))
                        .isEqualTo(new SampleKey(row / ROWS_OF_SHARD, row % ROWS_OF_SHARD));
                assertThat(data.mappedShards()).isOne();
            }
        }
    }

    @Test
    void shouldNameOneMissingShardOfTwentyThousandWhenItOpens() throws IOException {
        Path gone = folder.resolve("shard-17777.parquet");
        Files.delete(gone);
        assertThatThrownBy(() -> DataSet.open(folder))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(gone + ": missing, but manifest.json lists it");
        makeHole(gone, SHARD_BYTES);
    }
}
