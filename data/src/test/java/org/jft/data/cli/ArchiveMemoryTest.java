package org.jft.data.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.Manifest;
import org.jft.data.store.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveMemoryTest {
    private static final int IMAGES = 3_000;

    @TempDir private Path folder;

    /** A heap of a third of the archive: images pass through, they are not collected. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldImportAnArchiveThatIsLargerThanTheHeap(boolean gzip) throws Exception {
        Path archive = folder.resolve("a.tar");
        NoiseArchive.write(archive, IMAGES, gzip);
        Path out = folder.resolve("out");
        Command command =
                Command.run("-Xmx96m", "import", "webdataset", archive.toString(), out.toString());
        assertThat(command.exitCode()).as(command.output()).isZero();
        try (DataSet data = DataSet.open(out)) {
            assertThat(data.rowCount()).isEqualTo(IMAGES);
        }
    }

    /** Eight row groups of 40 MB: one at a time is in memory. */
    @Test
    void shouldImportParquetThatIsLargerThanTheHeapRowGroupByRowGroup() throws Exception {
        Path file = folder.resolve("large.parquet");
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    ("copy (select {'bytes': unhex('%s') || encode(repeat(md5(i::varchar), 625)),"
                                    + " 'path': ''} as image, i %% 7 as label"
                                    + " from range(16384) r(i)) to '%s'"
                                    + " (format parquet, row_group_size 2048,"
                                    + " compression uncompressed)")
                            .formatted(
                                    "89504e470d0a1a0a0000000d494844520000012c000000c80802000000",
                                    file));
        }
        assertThat(Files.size(file)).isGreaterThan(300_000_000);
        Path out = folder.resolve("out");
        Command command =
                Command.run("-Xmx208m", "import", "parquet", file.toString(), out.toString());
        assertThat(command.exitCode()).as(command.output()).isZero();
        assertThat(Manifest.load(Storage.of(out.toString())).rows()).isEqualTo(16384);
        Command smaller = Command.run("-Xmx64m", "import", "parquet", file.toString(), out + "2");
        assertThat(smaller.exitCode()).as(smaller.output()).isEqualTo(2);
        assertThat(smaller.output())
                .contains(
                        "large.parquet: a row group holds 39 MB of images, which takes a heap of");
    }
}
