package org.jft.data.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.taxonomy.Labels;

/**
 * What a run needs of a shard besides pixels, for each row: its key, where its image lies, its size
 * and labels. A view of one block of memory, which is usually a mapped file ({@link
 * ShardIndexFile}): then it costs no memory of the process, however many rows there are, and any
 * row is found without reading those before it. About 60 bytes a row. Little-endian:
 *
 * <pre>
 *   0 magic   8 crc32c of all that follows   12 end of label ids   16 rows   24 labels   32 clean labels
 *   40 pages   48 bytes of the shard   56 SHA-256 of the shard (32)
 *   88 meaning (0, or a hash of what a foreign shard's labels depend on)
 *   96 key [rows] 2 x i64 | image offset [rows] i64 | image bytes [rows] i32 | width [rows] i32
 *      | height [rows] i32 | label start [rows + 1] i32 | clean start [rows + 1] i32
 *      | label id [labels] i32 | confidence [labels] f32 | clean id [clean labels] i32
 *      | page [pages] (i64 position, i32 bytes, i32 bytes decompressed, i32 codec)
 * </pre>
 *
 * <p>Without pages an image offset is one in the shard; with pages, in shards that others wrote and
 * compressed, it is the page's number &lt;&lt; 32 | the offset in the page once it is decompressed.
 * The labels of row r are entries start[r] to start[r + 1] - 1. The top bit of a clean start says
 * that the row's clean labels are known. Thread-safe.
 */
final class ShardIndex {
    static final int HEADER_BYTES = 96;
    private static final long MAGIC = 0x3158444e4954464aL; // "JFTINDX1"
    private static final CompressionCodecName[] CODECS = CompressionCodecName.values();
    private static final int KNOWN = 1 << 31;
    private static final int CRC_AT = 8;
    private static final int CHECKED_FROM = 12;

    private final ByteBuffer block;
    private final int rows;
    private final int offsets;
    private final int imageBytes;
    private final int widths;
    private final int heights;
    private final int labelStarts;
    private final int cleanStarts;
    private final int labelIds;
    private final int confidences;
    private final int cleanIds;
    private final int pages;
    private final int pageCount;

    /** Takes a block as {@link #encode} makes it; its contents are not looked at. */
    ShardIndex(ByteBuffer block) {
        this.block = block.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Header header = Header.read(this.block);
        rows = Math.toIntExact(header.rows);
        int labels = Math.toIntExact(header.labels);
        offsets = HEADER_BYTES + 16 * rows;
        imageBytes = offsets + Long.BYTES * rows;
        widths = imageBytes + Integer.BYTES * rows;
        heights = widths + Integer.BYTES * rows;
        labelStarts = heights + Integer.BYTES * rows;
        cleanStarts = labelStarts + Integer.BYTES * (rows + 1);
        labelIds = cleanStarts + Integer.BYTES * (rows + 1);
        confidences = labelIds + Integer.BYTES * labels;
        cleanIds = confidences + Float.BYTES * labels;
        pages = cleanIds + Integer.BYTES * Math.toIntExact(header.cleanLabels);
        pageCount = Math.toIntExact(header.pages);
    }

    /** The first bytes: which shard it is for, and how large the rest is. */
    record Header(
            long magic,
            int crc,
            int labelIdEnd,
            long rows,
            long labels,
            long cleanLabels,
            long pages,
            long shardBytes,
            String sha256,
            long meaning) {
        static Header read(ByteBuffer block) {
            ByteBuffer in = block.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(0);
            long magic = in.getLong();
            int crc = in.getInt();
            int labelIdEnd = in.getInt();
            long rows = in.getLong();
            long labels = in.getLong();
            long cleanLabels = in.getLong();
            long pages = in.getLong();
            long shardBytes = in.getLong();
            byte[] sha256 = new byte[Sha256.BYTES];
            in.get(sha256);
            return new Header(
                    magic,
                    crc,
                    labelIdEnd,
                    rows,
                    labels,
                    cleanLabels,
                    pages,
                    shardBytes,
                    Sha256.hex(sha256),
                    in.getLong());
        }

        boolean isFor(Manifest.Shard shard) {
            return magic == MAGIC
                    && rows == shard.rows()
                    && shardBytes == shard.bytes()
                    && sha256.equals(shard.sha256());
        }

        /** Returns the size of the whole block, bytes. */
        long blockBytes() {
            return HEADER_BYTES
                    + rows * (16 + Long.BYTES + 5L * Integer.BYTES)
                    + 2L * Integer.BYTES
                    + labels * (Integer.BYTES + Float.BYTES)
                    + cleanLabels * Integer.BYTES
                    + pages * ImagePage.ENCODED_BYTES;
        }
    }

    /**
     * Lays columns out.
     *
     * @param file the shard, for messages
     * @param meaning see {@link IndexSource.Rules}
     * @param offset where each image begins, as in the picture
     * @param pages those that offsets refer to; none if they are offsets in the shard
     */
    static ByteBuffer encode(
            String file,
            Manifest.Shard shard,
            long meaning,
            RowColumns columns,
            long[] offset,
            List<ImagePage> pages) {
        Header header =
                new Header(
                        MAGIC,
                        0,
                        columns.labelIdEnd(),
                        columns.count(),
                        columns.labelIds().length,
                        columns.cleanIds().length,
                        pages.size(),
                        shard.bytes(),
                        shard.sha256(),
                        meaning);
        if (header.blockBytes() > Integer.MAX_VALUE) {
            throw new CorruptDataException(
                    file,
                    "has %,d rows with %,d labels, too many for one shard"
                            .formatted(header.rows, header.labels));
        }
        ByteBuffer block =
                ByteBuffer.allocate((int) header.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(MAGIC).putInt(0).putInt(header.labelIdEnd);
        block.putLong(header.rows).putLong(header.labels).putLong(header.cleanLabels);
        block.putLong(header.pages).putLong(header.shardBytes).put(Sha256.fromHex(shard.sha256()));
        block.putLong(meaning);
        for (int row = 0; row < columns.count(); row++) {
            block.putLong(columns.keyHigh()[row]).putLong(columns.keyLow()[row]);
        }
        put(block, offset);
        put(block, columns.imageBytes());
        put(block, columns.widths());
        put(block, columns.heights());
        put(block, columns.labelStart());
        for (int row = 0; row <= columns.count(); row++) {
            boolean known = columns.cleanKnown().get(row);
            block.putInt(columns.cleanStart()[row] | (known ? KNOWN : 0));
        }
        put(block, columns.labelIds());
        for (float confidence : columns.confidences()) {
            block.putFloat(confidence);
        }
        put(block, columns.cleanIds());
        for (ImagePage page : pages) {
            block.putLong(page.position()).putInt(page.storedBytes()).putInt(page.bytes());
            block.putInt(page.codec().ordinal());
        }
        block.flip();
        seal(block);
        return block;
    }

    /** Writes the checksum of a complete block into it. */
    static void seal(ByteBuffer block) {
        block.order(ByteOrder.LITTLE_ENDIAN).putInt(CRC_AT, crc(block));
    }

    private static void put(ByteBuffer block, long[] values) {
        block.asLongBuffer().put(values);
        block.position(block.position() + Long.BYTES * values.length);
    }

    private static void put(ByteBuffer block, int[] values) {
        block.asIntBuffer().put(values);
        block.position(block.position() + Integer.BYTES * values.length);
    }

    /** Returns whether the block is as it was encoded. */
    static boolean intact(ByteBuffer block) {
        Header header = Header.read(block);
        return header.blockBytes() == block.capacity() && header.crc == crc(block);
    }

    private static int crc(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.duplicate().position(CHECKED_FROM).limit(block.capacity()));
        return (int) crc.getValue();
    }

    SampleKey key(int row) {
        int at = HEADER_BYTES + 16 * row;
        return new SampleKey(block.getLong(at), block.getLong(at + Long.BYTES));
    }

    /** Returns whether images lie in compressed pages. */
    boolean paged() {
        return pageCount > 0;
    }

    ImagePage page(int number) {
        int at = pages + ImagePage.ENCODED_BYTES * number;
        return new ImagePage(
                block.getLong(at),
                block.getInt(at + 8),
                block.getInt(at + 12),
                CODECS[block.getInt(at + 16)]);
    }

    /** Returns where the row's image begins, bytes: in the shard, or in a page, see above. */
    long offset(int row) {
        return block.getLong(offsets + Long.BYTES * row);
    }

    int imageBytes(int row) {
        return integer(imageBytes, row);
    }

    int width(int row) {
        return integer(widths, row);
    }

    int height(int row) {
        return integer(heights, row);
    }

    Labels labels(int row) {
        int from = integer(labelStarts, row);
        int to = integer(labelStarts, row + 1);
        if (from == to) {
            return Labels.NONE;
        }
        float[] confidence = new float[to - from];
        for (int i = from; i < to; i++) {
            confidence[i - from] = block.getFloat(confidences + Float.BYTES * i);
        }
        return new Labels(ids(labelIds, from, to), confidence);
    }

    /** Returns the true labels where they are known; there may be none. */
    Optional<Labels> cleanLabels(int row) {
        int start = integer(cleanStarts, row);
        if ((start & KNOWN) == 0) {
            return Optional.empty();
        }
        int from = start & ~KNOWN;
        int to = integer(cleanStarts, row + 1) & ~KNOWN;
        if (from == to) {
            return Optional.of(Labels.NONE);
        }
        float[] certain = new float[to - from];
        Arrays.fill(certain, 1f);
        return Optional.of(new Labels(ids(cleanIds, from, to), certain));
    }

    private int[] ids(int column, int from, int to) {
        int[] ids = new int[to - from];
        for (int i = from; i < to; i++) {
            ids[i - from] = integer(column, i);
        }
        return ids;
    }

    private int integer(int column, int row) {
        return block.getInt(column + Integer.BYTES * row);
    }
}
