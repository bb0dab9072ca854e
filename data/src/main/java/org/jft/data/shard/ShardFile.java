package org.jft.data.shard;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.DummyRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.jft.core.failure.CorruptDataException;

/** Reads a shard's footer and columns through Parquet; images are not touched. */
final class ShardFile {
    private final Path file;
    private final Manifest.Shard expected;

    ShardFile(Path file, Manifest.Shard expected) {
        this.file = file;
        this.expected = expected;
    }

    /**
     * Opens the shard.
     *
     * @throws CorruptDataException naming the file and what differs from the manifest
     */
    OpenShard open(int classCount) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            checkSize(channel.size());
            OpenShard shard = read(channel);
            shard.rows().check(file, classCount);
            return shard;
        } catch (NoSuchFileException e) {
            throw new CorruptDataException(file, "missing, but manifest.json lists it", e);
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            if (e instanceof CorruptDataException corrupt) {
                throw corrupt;
            }
            throw unreadable(e);
        }
    }

    private void checkSize(long bytes) {
        if (bytes != expected.bytes()) {
            throw new CorruptDataException(
                    file,
                    "%s: has %,d bytes, manifest.json says %,d"
                            .formatted(
                                    bytes < expected.bytes() ? "truncated" : "altered",
                                    bytes,
                                    expected.bytes()));
        }
    }

    private OpenShard read(FileChannel channel) throws IOException {
        try (ParquetFileReader reader = parquet()) {
            checkSchema(reader.getFooter().getFileMetaData().getSchema());
            long count = reader.getRecordCount();
            if (count != expected.rows()) {
                throw new CorruptDataException(
                        file,
                        "has %,d rows, manifest.json says %,d".formatted(count, expected.rows()));
            }
            RowColumns.Builder rows = new RowColumns.Builder(Math.toIntExact(count));
            reader.setRequestedSchema(SampleSchema.SMALL_COLUMNS);
            for (PageReadStore group = reader.readNextRowGroup();
                    group != null;
                    group = reader.readNextRowGroup()) {
                addRowGroup(group, rows);
            }
            RowColumns columns = rows.build();
            long[] offset = new long[columns.count()];
            locateImages(reader, channel, columns.imageBytes(), offset);
            return new OpenShard(file, channel, columns, offset);
        }
    }

    private void locateImages(
            ParquetFileReader reader, FileChannel channel, int[] length, long[] offset)
            throws IOException {
        ImageOffsets images = new ImageOffsets(file, channel);
        ColumnDescriptor column =
                SampleSchema.TYPE.getColumnDescription(SampleSchema.IMAGE_DATA_COLUMN);
        int row = 0;
        for (BlockMetaData group : reader.getFooter().getBlocks()) {
            row = images.locate(chunk(group), column, length, offset, row);
        }
        if (row != offset.length) {
            throw new CorruptDataException(
                    file, "has %,d images for %,d rows".formatted(row, offset.length));
        }
    }

    private static ColumnChunkMetaData chunk(BlockMetaData group) {
        return group.getColumns().stream()
                .filter(c -> Arrays.equals(c.getPath().toArray(), SampleSchema.IMAGE_DATA_COLUMN))
                .findFirst()
                .orElseThrow();
    }

    private void checkSchema(MessageType found) {
        for (ColumnDescriptor column : SampleSchema.TYPE.getColumns()) {
            boolean same =
                    found.containsPath(column.getPath())
                            && found.getColumnDescription(column.getPath()).equals(column)
                            && found.getColumnDescription(column.getPath())
                                    .getPrimitiveType()
                                    .equals(column.getPrimitiveType());
            if (!same) {
                throw new CorruptDataException(
                        file,
                        "not a shard as jft-data writes them: the column %s is not '%s'"
                                .formatted(
                                        String.join(".", column.getPath()),
                                        column.getPrimitiveType()));
            }
        }
    }

    private void addRowGroup(PageReadStore group, RowColumns.Builder rows) {
        ColumnReadStore store =
                new ColumnReadStoreImpl(
                        group,
                        new DummyRecordConverter(SampleSchema.SMALL_COLUMNS).getRootConverter(),
                        SampleSchema.SMALL_COLUMNS,
                        null);
        int count = Math.toIntExact(group.getRowCount());
        rows.keys(column(store, SampleSchema.KEY), count, file);
        rows.imageBytes(column(store, SampleSchema.IMAGE_BYTES), count);
        rows.widths(column(store, SampleSchema.WIDTH), count);
        rows.heights(column(store, SampleSchema.HEIGHT), count);
        rows.labels(
                column(store, SampleSchema.LABEL_ID_COLUMN),
                column(store, SampleSchema.LABEL_CONFIDENCE_COLUMN),
                count);
        rows.cleanLabels(column(store, SampleSchema.CLEAN_LABEL_COLUMN), count);
        rows.advance(count);
    }

    private static ColumnReader column(ColumnReadStore store, String... path) {
        return store.getColumnReader(SampleSchema.TYPE.getColumnDescription(path));
    }

    /** Reads where a row's image came from; null when it is not recorded. */
    String imagePath(int row) {
        try (ParquetFileReader reader = parquet()) {
            reader.setRequestedSchema(SampleSchema.PATHS);
            int first = 0;
            for (int g = 0; g < reader.getRowGroups().size(); g++) {
                int count = Math.toIntExact(reader.getRowGroups().get(g).getRowCount());
                if (row < first + count) {
                    return pathAt(reader.readRowGroup(g), row - first);
                }
                first += count;
            }
            return null;
        } catch (IOException | RuntimeException e) {
            throw unreadable(e);
        }
    }

    private static String pathAt(PageReadStore group, int row) {
        ColumnReader paths =
                new ColumnReadStoreImpl(
                                group,
                                new DummyRecordConverter(SampleSchema.PATHS).getRootConverter(),
                                SampleSchema.PATHS,
                                null)
                        .getColumnReader(
                                SampleSchema.PATHS.getColumnDescription(
                                        SampleSchema.IMAGE_PATH_COLUMN));
        int present = paths.getDescriptor().getMaxDefinitionLevel();
        for (int i = 0; i < row; i++) {
            if (paths.getCurrentDefinitionLevel() == present) {
                paths.skip();
            }
            paths.consume();
        }
        return paths.getCurrentDefinitionLevel() == present
                ? paths.getBinary().toStringUsingUTF8()
                : null;
    }

    private ParquetFileReader parquet() throws IOException {
        return ParquetFileReader.open(
                new LocalInputFile(file),
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new ZstdCodecs())
                        .build());
    }

    private CorruptDataException unreadable(Exception e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new CorruptDataException(file, "not readable as Parquet: %s".formatted(reason), e);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // the failure that brought us here is the one to report
        }
    }
}
