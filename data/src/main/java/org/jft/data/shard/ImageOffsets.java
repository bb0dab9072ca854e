package org.jft.data.shard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.store.StoredFile;

/**
 * Finds where each image lies in a shard, so that reading one is a single positional read and
 * Parquet is not on the hot path. Possible because the image column is uncompressed and PLAIN:
 *
 * <pre>
 *   column chunk = page, page, ...
 *   page:
 *   +-------------+------------------+--------------+---------+--------------+---------+--
 *   | page header | i32 n | n bytes  | i32 length 0 | image 0 | i32 length 1 | image 1 | ...
 *   |  (thrift)   | definition levels|
 *   +-------------+------------------+--------------+---------+--------------+---------+--
 *                                     all integers little-endian
 * </pre>
 *
 * The lengths come from the {@code image_bytes} column, so one small read per page is enough. That
 * each page ends exactly where its last image does is checked; so is everything the picture
 * assumes.
 */
final class ImageOffsets {
    /** Page header, level length and levels fit into this, unless the page has 10,000s of rows. */
    private static final int HEADER_BYTES = 512;

    private final StoredFile file;
    private final ByteBuffer head =
            ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    ImageOffsets(StoredFile file) {
        this.file = file;
    }

    /**
     * Fills {@code offset[firstRow ...]} with the file offsets of the images of a row group.
     *
     * @param length bytes of each image, by row of the shard
     * @return the row after the last one
     */
    int locate(
            ColumnChunkMetaData chunk,
            ColumnDescriptor column,
            int[] length,
            long[] offset,
            int firstRow)
            throws IOException {
        expect(
                chunk.getCodec() == CompressionCodecName.UNCOMPRESSED,
                "its image column is compressed with %s".formatted(chunk.getCodec()));
        expect(!chunk.hasDictionaryPage(), "its image column has a dictionary");
        long position = chunk.getStartingPos();
        long end = position + chunk.getTotalSize();
        int row = firstRow;
        while (position < end) {
            readHead(position, end);
            ByteArrayInputStream in = new ByteArrayInputStream(head.array(), 0, head.limit());
            PageHeader page = Util.readPageHeader(in);
            int headerBytes = head.limit() - in.available();
            int values = checkPage(page);
            expect(
                    values >= 0 && page.getCompressed_page_size() >= 0,
                    "the image page at offset %d has a negative size".formatted(position));
            expect(
                    row + values <= length.length,
                    "the image page at offset %d has rows beyond the row count"
                            .formatted(position));
            long pageStart = position + headerBytes;
            long pageEnd = pageStart + page.getCompressed_page_size();
            long next = pageStart;
            if (column.getMaxDefinitionLevel() > 0) {
                next += Integer.BYTES + head.getInt(headerBytes);
            }
            for (int i = 0; i < values; i++, row++) {
                offset[row] = next + Integer.BYTES;
                next += Integer.BYTES + (long) length[row];
            }
            expect(
                    next == pageEnd,
                    "the image page at offset %d ends at %d, its images at %d"
                            .formatted(position, pageEnd, next));
            position = pageEnd;
        }
        expect(position == end, "its last image page runs past the column");
        return row;
    }

    private void readHead(long position, long end) throws IOException {
        expect(end <= file.length(), "its image column runs past the end of the file");
        head.clear().limit((int) Math.min(HEADER_BYTES, end - position));
        file.read(position, head);
        head.flip();
    }

    private int checkPage(PageHeader page) {
        expect(
                page.getType() == PageType.DATA_PAGE,
                "its image column has a page of type %s".formatted(page.getType()));
        DataPageHeader data = page.getData_page_header();
        expect(
                data.getEncoding() == Encoding.PLAIN
                        && data.getDefinition_level_encoding() == Encoding.RLE,
                "its image column is encoded as %s".formatted(data.getEncoding()));
        return data.getNum_values();
    }

    private void expect(boolean holds, String problem) {
        if (!holds) {
            throw new CorruptDataException(
                    file.location(), "not a shard as jft-data writes them: %s".formatted(problem));
        }
    }
}
