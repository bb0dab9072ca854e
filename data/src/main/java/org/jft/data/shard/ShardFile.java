package org.jft.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
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
import org.apache.parquet.schema.MessageType;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.data.store.StoredFile;

/** Reads a shard's footer and columns through Parquet; images are not touched. */
final class ShardFile {
    private final StoredFile file;
    private final Manifest.Shard expected;

    ShardFile(StoredFile file, Manifest.Shard expected) {
        this.file = file;
        this.expected = expected;
    }

    /**
     * Reads all that a {@link ShardIndex} holds.
     *
     * @throws CorruptDataException naming the file and what is wrong in it
     */
    ByteBuffer index(int classCount) {
        try (ParquetFileReader reader = parquet()) {
            checkSchema(reader.getFooter().getFileMetaData().getSchema());
            RowColumns columns = columns(reader);
            columns.check(file.location(), classCount);
            long[] offset = new long[columns.count()];
            locateImages(reader, columns.imageBytes(), offset);
            return ShardIndex.encode(file.location(), expected, 0, columns, offset, List.of());
        } catch (JftException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw unreadable(e);
        }
    }

    private RowColumns columns(ParquetFileReader reader) throws IOException {
        long count = reader.getRecordCount();
        if (count != expected.rows()) {
            throw corrupt("has %,d rows, manifest.json says %,d".formatted(count, expected.rows()));
        }
        RowColumns.Builder rows = new RowColumns.Builder(Math.toIntExact(count));
        reader.setRequestedSchema(SampleSchema.SMALL_COLUMNS);
        for (PageReadStore group = reader.readNextRowGroup();
                group != null;
                group = reader.readNextRowGroup()) {
            addRowGroup(group, rows);
        }
        return rows.build();
    }

    private void locateImages(ParquetFileReader reader, int[] length, long[] offset)
            throws IOException {
        ImageOffsets images = new ImageOffsets(file);
        ColumnDescriptor column =
                SampleSchema.TYPE.getColumnDescription(SampleSchema.IMAGE_DATA_COLUMN);
        int row = 0;
        for (BlockMetaData group : reader.getFooter().getBlocks()) {
            row = images.locate(chunk(group, column), column, length, offset, row);
        }
        if (row != offset.length) {
            throw corrupt("has %,d images for %,d rows".formatted(row, offset.length));
        }
    }

    /** Returns the part of a column that is in a row group. */
    static ColumnChunkMetaData chunk(BlockMetaData group, ColumnDescriptor column) {
        return group.getColumns().stream()
                .filter(c -> Arrays.equals(c.getPath().toArray(), column.getPath()))
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
                throw corrupt(
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
        rows.keys(column(store, SampleSchema.KEY), count, file.location());
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

    /** Opens it; close the reader, which leaves the shard open. */
    ParquetFileReader parquet() throws IOException {
        return ParquetFileReader.open(
                new StoredInputFile(file),
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new ZstdCodecs())
                        .build());
    }

    CorruptDataException corrupt(String problem) {
        return new CorruptDataException(file.location(), problem);
    }

    CorruptDataException unreadable(Exception e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new CorruptDataException(
                file.location(), "not readable as Parquet: %s".formatted(reason), e);
    }
}
