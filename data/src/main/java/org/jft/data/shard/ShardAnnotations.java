package org.jft.data.shard;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.data.annotation.Annotations;

/**
 * The annotations of a shard, read by row group: {@link SampleSchema} keeps these small, and
 * neighbouring rows are mostly read together. The last few row groups stay decoded. Thread-safe;
 * one thread at a time reads.
 */
final class ShardAnnotations implements Closeable {
    private final ShardFile file;
    private final int classCount;
    private final Kept kept;
    private ParquetFileReader reader;
    private volatile int[] firstRows; // of the row groups and behind them; none: no annotations

    /** Row groups that stay decoded, of all shards of a data set. */
    static final class Kept {
        private static final int ROW_GROUPS = 64;

        private final Cache<Key, Annotations[]> groups =
                CacheBuilder.newBuilder().maximumSize(ROW_GROUPS).build();

        private record Key(ShardAnnotations shard, int group) {}
    }

    /**
     * Reads nothing yet.
     *
     * @param classCount every class is below it
     */
    ShardAnnotations(ShardFile file, int classCount, Kept kept) {
        this.file = file;
        this.classCount = classCount;
        this.kept = kept;
    }

    /** Returns whether rows have annotations. */
    boolean exist() {
        return firstRows().length > 0;
    }

    /**
     * Returns the annotations of a row; null when nothing is known.
     *
     * @throws CorruptDataException naming file, row, and what cannot be
     */
    Annotations of(int row) {
        int[] first = firstRows();
        if (first.length == 0) {
            return null;
        }
        int found = Arrays.binarySearch(first, row);
        int group = found >= 0 ? found : -found - 2;
        return group(group, first[group], first[group + 1] - first[group])[row - first[group]];
    }

    private int[] firstRows() {
        if (firstRows == null) {
            synchronized (this) {
                firstRows = firstRows == null ? readFooter() : firstRows;
            }
        }
        return firstRows;
    }

    private int[] readFooter() {
        try {
            reader = file.parquet();
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            if (!AnnotationColumns.areIn(schema)) {
                return new int[0];
            }
            schema.checkContains(AnnotationColumns.READ);
            reader.setRequestedSchema(AnnotationColumns.READ);
            List<BlockMetaData> groups = reader.getRowGroups();
            int[] first = new int[groups.size() + 1];
            for (int g = 0; g < groups.size(); g++) {
                first[g + 1] = first[g] + Math.toIntExact(groups.get(g).getRowCount());
            }
            return first;
        } catch (IOException | RuntimeException e) {
            throw file.unreadable(e);
        }
    }

    private Annotations[] group(int group, int firstRow, int count) {
        try {
            return kept.groups.get(new Kept.Key(this, group), () -> read(group, firstRow, count));
        } catch (UncheckedExecutionException e) {
            if (e.getCause() instanceof JftException known) {
                throw known;
            }
            throw e;
        } catch (ExecutionException e) {
            throw file.unreadable(e);
        }
    }

    private synchronized Annotations[] read(int group, int firstRow, int count) throws IOException {
        PageReadStore pages = reader.readRowGroup(group);
        MessageColumnIO columns = new ColumnIOFactory().getColumnIO(AnnotationColumns.READ);
        RecordReader<Group> rows =
                columns.getRecordReader(pages, new GroupRecordConverter(AnnotationColumns.READ));
        Annotations[] read = new Annotations[count];
        for (int i = 0; i < count; i++) {
            try {
                read[i] = checked(AnnotationColumns.read(rows.read()));
            } catch (IllegalArgumentException e) {
                throw file.corrupt("row %d: %s".formatted(firstRow + i, e.getMessage()));
            } catch (RuntimeException e) {
                throw file.unreadable(e);
            }
        }
        return read;
    }

    private Annotations checked(Annotations annotations) {
        if (annotations != null) {
            annotations.checkClasses(classCount);
        }
        return annotations;
    }

    @Override
    public synchronized void close() {
        try {
            if (reader != null) {
                reader.close();
            }
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }
}
