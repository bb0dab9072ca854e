package org.jft.data.ingest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.cli.ProgressLine;
import org.jft.core.failure.JftException;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.Manifest;
import org.jft.data.shard.SampleKey;

/**
 * Reads a whole data set back: every shard has the checksum of the manifest, every index is its
 * shard's, every image decodes to the size of its row, every key is the hash of its image, and
 * annotations are of its size and of classes that there are.
 */
public final class Verifier {
    private final String location;

    /**
     * @param location of the data set: a folder, or {@code s3://bucket/prefix}
     */
    public Verifier(String location) {
        this.location = location;
    }

    /**
     * What was found.
     *
     * @param problems one sentence each, shards first, then rows in order
     */
    public record Result(long rows, int shards, List<String> problems) {}

    /**
     * Checks everything.
     *
     * @throws org.jft.core.failure.JftException when the data set cannot even be opened
     */
    public Result run() {
        List<String> problems = new ArrayList<>();
        try (DataSet data = DataSet.open(location, null)) {
            checkShards(data, problems);
            checkRows(data, problems);
            return new Result(data.rowCount(), data.manifest().shards().size(), problems);
        }
    }

    private static void checkShards(DataSet data, List<String> problems) {
        List<Manifest.Shard> shards = data.manifest().shards();
        try (ProgressLine progress =
                ProgressLine.start("checksums", shards.size(), "shards", System.nanoTime())) {
            OrderedWork.run(
                    shards.size(),
                    i -> () -> data.problem((int) i),
                    (i, problem) -> {
                        problem.ifPresent(problems::add);
                        progress.update(i + 1, System.nanoTime());
                    });
            progress.finish(shards.size(), System.nanoTime());
        }
    }

    private static void checkRows(DataSet data, List<String> problems) {
        try (ProgressLine progress =
                ProgressLine.start("images", data.rowCount(), "images", System.nanoTime())) {
            OrderedWork.run(
                    data.rowCount(),
                    row -> () -> checkRow(data, row),
                    (row, problem) -> {
                        if (problem != null) {
                            problems.add("%s: %s".formatted(data.locate(row), problem));
                        }
                        progress.update(row + 1, System.nanoTime());
                    });
            progress.finish(data.rowCount(), System.nanoTime());
        }
    }

    private static String checkRow(DataSet data, long row) {
        ByteBuffer buffer;
        try {
            buffer = data.readImage(row, null);
            data.annotations(row);
        } catch (JftException e) {
            return e.getMessage();
        }
        byte[] image = new byte[buffer.remaining()];
        buffer.get(image);
        if (!SampleKey.of(image).equals(data.key(row))) {
            return "the image's bytes do not match its key";
        }
        try {
            ImageCodec.checkDecodes(image, data.width(row), data.height(row));
            return null;
        } catch (UnusableImageException e) {
            return e.getMessage();
        }
    }
}
