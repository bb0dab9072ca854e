package org.jft.bench.data;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.jft.bench.Contender;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Sample;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * The step before decoding: the same files as a data set, read image by image in random order as a
 * loader does. One thread; from the system's cache, so the disk does not count.
 */
final class ParquetReads implements Contender, AutoCloseable {
    private static final int PASSES = 20; // a pass alone is too short for the clock

    private static final Taxonomy ONE_CLASS = Taxonomy.flat(List.of("photo"));

    private final Path folder;
    private final DataSet data;
    private final SplittableRandom random = new SplittableRandom(1);
    private ByteBuffer scratch = ByteBuffer.allocateDirect(1 << 20);

    ParquetReads(List<byte[]> files, int width, int height) {
        try {
            folder = Files.createTempDirectory("jft-bench-parquet");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (DataSetWriter writer =
                DataSetWriter.create(folder, "train", ONE_CLASS, ShardLayout.DEFAULT, false)) {
            for (byte[] file : files) {
                writer.add(new Sample(file, null, width, height, Labels.NONE, null));
            }
            writer.finish();
        }
        data = DataSet.open(folder);
    }

    @Override
    public double round() {
        long rows = data.rowCount();
        long startNs = System.nanoTime();
        for (long i = 0; i < PASSES * rows; i++) {
            scratch = data.readImage(random.nextLong(rows), scratch);
        }
        return PASSES * rows / ((System.nanoTime() - startNs) / 1e9);
    }

    @Override
    public void close() {
        data.close();
        try {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
