package org.jft.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.data.header.ImageHeader;
import org.jft.data.store.StoredFile;
import org.jft.data.taxonomy.TaxonomyClass;

/** Makes the index of a Parquet file that others wrote, see {@link ImageTable}. Reads all of it. */
final class ForeignShard {
    private final StoredFile file;
    private final Manifest.Shard expected;
    private final Manifest.Columns columns;
    private final int classCount;
    private final long meaning;
    private final Map<String, Integer> idOf = new HashMap<>();

    ForeignShard(StoredFile file, Manifest.Shard expected, IndexSource.Rules rules) {
        this.file = file;
        this.expected = expected;
        this.columns = rules.columns();
        this.classCount = rules.taxonomy().size();
        this.meaning = rules.meaning();
        for (TaxonomyClass c : rules.taxonomy().classes()) {
            idOf.put(c.name(), c.id());
        }
    }

    ByteBuffer index() {
        try (ImageTable table = ImageTable.open(file, columns.image(), columns.label())) {
            int rows = Math.toIntExact(table.rowCount());
            if (rows != expected.rows()) {
                throw corrupt(
                        "has %,d rows, manifest.json says %,d".formatted(rows, expected.rows()));
            }
            Finder finder = new Finder(rows);
            ColumnDescriptor column = table.imageColumn();
            ForeignImages images = new ForeignImages(file, column, rows, finder::image);
            for (BlockMetaData group : table.rowGroups()) {
                images.walk(ShardFile.chunk(group, column));
            }
            if (images.rows() != rows) {
                throw corrupt("has %,d images for %,d rows".formatted(images.rows(), rows));
            }
            table.readLabels(finder::labels);
            return ShardIndex.encode(
                    file.location(),
                    expected,
                    meaning,
                    finder.columns.build(),
                    images.places(),
                    images.pages());
        } catch (JftException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new CorruptDataException(
                    file.location(), "not readable as Parquet: %s".formatted(e), e);
        }
    }

    private CorruptDataException corrupt(String problem) {
        return new CorruptDataException(file.location(), problem);
    }

    /** Fills columns from what is found. */
    private final class Finder {
        private final RowColumns.Builder columns;
        private int labelled; // rows whose labels are known

        Finder(int rows) {
            columns = new RowColumns.Builder(rows);
        }

        /** A row without an image has no bytes; its key is that of nothing. */
        void image(int row, ByteBuffer image) {
            ByteBuffer bytes = image == null ? ByteBuffer.allocate(0) : image;
            ImageHeader header = ImageHeader.read(bytes);
            columns.image(
                    row,
                    SampleKey.of(bytes),
                    bytes.limit(),
                    header.storedWidth(),
                    header.storedHeight());
        }

        void labels(ImageTable.Labels found) {
            TreeSet<Integer> ids = new TreeSet<>();
            found.numbers().forEach(number -> ids.add(id(number)));
            found.names().forEach(name -> ids.add(id(name)));
            ids.forEach(id -> columns.label(id, 1));
            columns.endLabels(labelled++);
        }

        private int id(long number) {
            if (number < 0 || number >= classCount) {
                throw corrupt(
                        "row %d: label %d is outside the label space of %d classes"
                                .formatted(labelled, number, classCount));
            }
            return (int) number;
        }

        private int id(String name) {
            Integer id = idOf.get(name);
            if (id == null) {
                throw corrupt("row %d: no class is called '%s'".formatted(labelled, name));
            }
            return id;
        }
    }
}
