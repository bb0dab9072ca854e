package org.jft.data.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.data.store.StoredFile;

/**
 * Parquet written by others, laid out as Hugging Face data sets are:
 *
 * <pre>
 *   image   struct&lt;bytes: binary, ...&gt;
 *   label   integer or string, or a list of them
 * </pre>
 *
 * Holds one row group of images in memory. One thread.
 */
public final class ImageTable implements AutoCloseable {
    private static final String BYTES = "bytes";

    /** Heap that reading a row group takes, of its size: its pages, and copies on the way. */
    private static final int HEAP_PER_ROW_GROUP = 3;

    /** Heap for everything else, bytes. */
    private static final long HEAP_BESIDE = 64 << 20;

    private final String file;
    private final MessageType schema;
    private final MessageType imageSchema;
    private final MessageType labelSchema;
    private final String imageColumn;
    private final String labelColumn;
    private final ParquetFileReader reader;
    private RecordReader<Group> images; // of the current row group
    private long nextRow;
    private long groupEnd;
    private long brokenFrom; // rows that a damaged page keeps from being read, with brokenTo
    private long brokenTo;
    private IOException damage;

    private ImageTable(
            String file, String imageColumn, String labelColumn, ParquetFileReader reader) {
        this.file = file;
        this.imageColumn = imageColumn;
        this.labelColumn = labelColumn;
        this.reader = reader;
        this.schema = reader.getFooter().getFileMetaData().getSchema();
        GroupType image = imageType();
        Type bytes = image.getType(BYTES);
        this.imageSchema = new MessageType(schema.getName(), image.withNewFields(List.of(bytes)));
        this.labelSchema = new MessageType(schema.getName(), labelType());
    }

    /** A row group is read as a whole: refused here rather than when memory is gone. */
    private void requireRoom() {
        long largest = 0;
        for (BlockMetaData group : reader.getRowGroups()) {
            long bytes = 0;
            for (ColumnChunkMetaData column : group.getColumns()) {
                if (column.getPath().toArray()[0].equals(imageColumn)) {
                    bytes += column.getTotalUncompressedSize();
                }
            }
            largest = Math.max(largest, bytes);
        }
        long heap = Runtime.getRuntime().maxMemory();
        long needed = HEAP_PER_ROW_GROUP * largest + HEAP_BESIDE;
        if (needed > heap) {
            throw new ConfigException(
                    ("%s: a row group holds %,d MB of images, which takes a heap of %,d MB; there are"
                                    + " %,d: set JFT_JAVA_OPTS=-Xmx%dm")
                            .formatted(
                                    file,
                                    largest >> 20,
                                    needed >> 20,
                                    heap >> 20,
                                    Math.round((needed >> 20) * 1.1)));
        }
    }

    /**
     * A row's labels.
     *
     * @param numbers labels that are integers
     * @param names labels that are strings
     */
    public record Labels(List<Long> numbers, List<String> names) {}

    /**
     * Opens a file and checks its columns; close it.
     *
     * @throws CorruptDataException when it is not Parquet or a column is missing or of another type
     * @throws ConfigException when a row group is too large for the heap
     */
    public static ImageTable open(Path file, String imageColumn, String labelColumn) {
        ImageTable table =
                open(new LocalInputFile(file), file.toString(), imageColumn, labelColumn);
        try {
            table.requireRoom();
            return table;
        } catch (ConfigException e) {
            table.close();
            throw e;
        }
    }

    /** Opens a file that stays the caller's. */
    static ImageTable open(StoredFile file, String imageColumn, String labelColumn) {
        return open(new StoredInputFile(file), file.location(), imageColumn, labelColumn);
    }

    private static ImageTable open(
            InputFile input, String file, String imageColumn, String labelColumn) {
        ParquetFileReader reader;
        try {
            reader =
                    ParquetFileReader.open(
                            input,
                            ParquetReadOptions.builder(new PlainParquetConfiguration())
                                    .withCodecFactory(new ForeignCodecs())
                                    .build());
        } catch (JftException e) {
            throw e; // the reader's, or the store's: it says what is wrong
        } catch (IOException | RuntimeException e) {
            throw unreadable(file, e);
        }
        try {
            return new ImageTable(file, imageColumn, labelColumn, reader);
        } catch (RuntimeException e) {
            close(reader);
            throw e;
        }
    }

    private GroupType imageType() {
        if (schema.containsField(imageColumn) && !schema.getType(imageColumn).isPrimitive()) {
            GroupType image = schema.getType(imageColumn).asGroupType();
            if (image.containsField(BYTES) && isBinary(image.getType(BYTES))) {
                return image;
            }
        }
        throw wrongColumn(imageColumn, "a struct with binary 'bytes'");
    }

    private Type labelType() {
        if (schema.containsField(labelColumn)) {
            Type type = schema.getType(labelColumn);
            Type element = type;
            if (isList(type)) {
                Type repeated = type.asGroupType().getType(0);
                boolean wrapped =
                        !repeated.isPrimitive() && repeated.asGroupType().getFieldCount() == 1;
                element = wrapped ? repeated.asGroupType().getType(0) : repeated;
            }
            if (element.isPrimitive() && (isInteger(element) || isBinary(element))) {
                return type;
            }
        }
        throw wrongColumn(labelColumn, "an integer or a string or a list of them");
    }

    private CorruptDataException wrongColumn(String column, String expected) {
        return new CorruptDataException(
                file,
                "the column '%s' is not %s; there are: %s"
                        .formatted(
                                column,
                                expected,
                                String.join(
                                        ", ",
                                        schema.getFields().stream().map(Type::getName).toList())));
    }

    private static boolean isBinary(Type type) {
        return type.isPrimitive()
                && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    }

    /** A group around one repeated field: of elements, or of groups of one element each. */
    private static boolean isList(Type type) {
        return !type.isPrimitive()
                && type.asGroupType().getFieldCount() == 1
                && type.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED);
    }

    private static boolean isInteger(Type type) {
        PrimitiveTypeName name = type.asPrimitiveType().getPrimitiveTypeName();
        return name == PrimitiveTypeName.INT32 || name == PrimitiveTypeName.INT64;
    }

    /** Returns the number of rows. */
    long rowCount() {
        return reader.getRecordCount();
    }

    List<BlockMetaData> rowGroups() {
        return reader.getFooter().getBlocks();
    }

    /**
     * Returns the column of the images' bytes.
     *
     * @throws CorruptDataException when a row may have several images
     */
    ColumnDescriptor imageColumn() {
        ColumnDescriptor column = schema.getColumnDescription(new String[] {imageColumn, BYTES});
        if (column.getMaxRepetitionLevel() > 0) {
            throw wrongColumn(imageColumn, "one image a row");
        }
        return column;
    }

    /** Returns the names of numbered labels that Hugging Face's metadata holds, or none. */
    public List<String> classNames() {
        String metadata =
                reader.getFooter().getFileMetaData().getKeyValueMetaData().get("huggingface");
        if (metadata == null) {
            return List.of();
        }
        JsonNode label;
        try {
            label = new ObjectMapper().readTree(metadata).at("/info/features").path(labelColumn);
        } catch (JsonProcessingException e) {
            throw new CorruptDataException(file, "its metadata 'huggingface' is not JSON", e);
        }
        JsonNode element = label.isArray() ? label.path(0) : label;
        List<String> names = new ArrayList<>();
        element.path("feature").path("names").forEach(name -> names.add(name.asText()));
        element.path("names").forEach(name -> names.add(name.asText()));
        return names;
    }

    /** Reads the labels of all rows, in order. */
    public void readLabels(Consumer<Labels> rows) {
        try {
            reader.setRequestedSchema(labelSchema);
            for (PageReadStore group = reader.readNextRowGroup();
                    group != null;
                    group = reader.readNextRowGroup()) {
                RecordReader<Group> records = records(group, labelSchema);
                for (long i = 0; i < group.getRowCount(); i++) {
                    rows.accept(labels(records.read()));
                }
            }
        } catch (JftException e) {
            throw e; // the reader's, or the store's: it says what is wrong
        } catch (IOException | RuntimeException e) {
            throw unreadable(file, e);
        }
    }

    private Labels labels(Group record) {
        List<Long> numbers = new ArrayList<>();
        List<String> names = new ArrayList<>();
        if (record.getFieldRepetitionCount(labelColumn) > 0) {
            if (labelSchema.getType(labelColumn).isPrimitive()) {
                add(record, labelColumn, 0, numbers, names);
            } else {
                addList(record.getGroup(labelColumn, 0), numbers, names);
            }
        }
        return new Labels(numbers, names);
    }

    private static void addList(Group list, List<Long> numbers, List<String> names) {
        Type repeated = list.getType().getType(0);
        for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
            if (repeated.isPrimitive()) {
                add(list, repeated.getName(), i, numbers, names);
            } else if (list.getGroup(0, i).getFieldRepetitionCount(0) > 0) {
                Group element = list.getGroup(0, i);
                add(element, element.getType().getFieldName(0), 0, numbers, names);
            }
        }
    }

    private static void add(
            Group group, String field, int i, List<Long> numbers, List<String> names) {
        switch (group.getType().getType(field).asPrimitiveType().getPrimitiveTypeName()) {
            case INT32 -> numbers.add((long) group.getInteger(field, i));
            case INT64 -> numbers.add(group.getLong(field, i));
            default -> names.add(group.getString(field, i));
        }
    }

    /**
     * Reads an image. Ascending rows cost one pass.
     *
     * @return null when the row has none
     */
    public byte[] image(long row) throws IOException {
        if (row >= brokenFrom && row < brokenTo) {
            throw damage;
        }
        try {
            if (images == null || row < nextRow || row >= groupEnd) {
                openGroup(row);
            }
            Group record = null;
            while (nextRow <= row) {
                record = images.read();
                nextRow++;
            }
            if (record.getFieldRepetitionCount(0) == 0) {
                return null;
            }
            Group image = record.getGroup(0, 0);
            return image.getFieldRepetitionCount(0) == 0 ? null : image.getBinary(0, 0).getBytes();
        } catch (RuntimeException e) {
            images = null;
            brokenFrom = nextRow;
            brokenTo = groupEnd;
            damage = new IOException("damaged from row %d on: %s".formatted(nextRow, e), e);
            throw damage;
        }
    }

    private void openGroup(long row) throws IOException {
        images = null; // before the next one is read: there is memory for one
        reader.setRequestedSchema(imageSchema);
        int index = 0;
        nextRow = 0;
        groupEnd = reader.getRowGroups().get(0).getRowCount();
        while (row >= groupEnd) {
            nextRow = groupEnd;
            groupEnd += reader.getRowGroups().get(++index).getRowCount();
        }
        images = records(reader.readRowGroup(index), imageSchema);
    }

    private RecordReader<Group> records(PageReadStore group, MessageType columns) {
        return new ColumnIOFactory()
                .getColumnIO(columns, schema)
                .getRecordReader(group, new GroupRecordConverter(columns));
    }

    private static CorruptDataException unreadable(String file, Exception e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new CorruptDataException(file, "not readable as Parquet: %s".formatted(reason), e);
    }

    @Override
    public void close() {
        close(reader);
    }

    private static void close(ParquetFileReader reader) {
        try {
            reader.close();
        } catch (IOException ignored) {
            // it was only read
        }
    }
}
