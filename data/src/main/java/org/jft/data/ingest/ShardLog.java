package org.jft.data.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.data.shard.Manifest;

/**
 * The finished shards of a data set on its way, a line each: they may be a hundred thousand, too
 * many to write anew for each.
 */
final class ShardLog implements Closeable {
    private final List<Manifest.Shard> before;
    private final AppendFile out;
    private int count;

    /** Opens a log and drops what lies behind its first {@code keep} bytes. */
    ShardLog(Path file, long keep) throws IOException {
        this.out = AppendFile.open(file, keep);
        this.before = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split("\t");
            before.add(
                    new Manifest.Shard(
                            fields[0],
                            Long.parseLong(fields[1]),
                            Long.parseLong(fields[2]),
                            fields[3]));
        }
        this.count = before.size();
    }

    /** Returns the shards that were there when the log was opened. */
    List<Manifest.Shard> before() {
        return before;
    }

    /** Appends those that are new, brings them to the disk and returns the log's size. */
    long update(List<Manifest.Shard> all) throws IOException {
        for (Manifest.Shard shard : all.subList(count, all.size())) {
            String line =
                    "%s\t%d\t%d\t%s\n"
                            .formatted(shard.file(), shard.rows(), shard.bytes(), shard.sha256());
            out.write(line.getBytes(UTF_8));
        }
        count = all.size();
        out.force();
        return out.bytes();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
