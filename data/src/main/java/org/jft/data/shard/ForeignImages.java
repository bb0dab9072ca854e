package org.jft.data.shard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesReader;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.SeekableInputStream;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.store.StoredFile;

/**
 * Finds where each image lies in Parquet that others wrote: in which page, and where in it once the
 * page is decompressed. Reads every page once; pages may be of version 1 or 2, values PLAIN, behind
 * their lengths, or in a dictionary.
 */
final class ForeignImages {
    /** Sees each image as it is found. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param image its bytes; null when the row has none
         */
        void image(int row, ByteBuffer image);
    }

    private final StoredFile file;
    private final SeekableInputStream in;
    private final int present;
    private final Visitor visitor;
    private final List<ImagePage> pages = new ArrayList<>();
    private final long[] place; // page << 32 | offset in it, by row
    private int row;

    /**
     * @param column that of the images
     * @param rows of the file
     */
    ForeignImages(StoredFile file, ColumnDescriptor column, int rows, Visitor visitor) {
        this.file = file;
        this.in = new StoredInputFile(file).newStream();
        this.present = column.getMaxDefinitionLevel();
        this.visitor = visitor;
        this.place = new long[rows];
    }

    /** A page in memory; {@code number} is its index in the list of pages. */
    private record Loaded(int number, byte[] bytes) {}

    /** The values of a dictionary page: entry i is length[i] bytes from offset[i] on. */
    private record Dictionary(Loaded page, int[] offset, int[] length) {}

    /** Goes through the images of a row group; row groups come in order. */
    void walk(ColumnChunkMetaData chunk) throws IOException {
        long position = chunk.getStartingPos();
        long end = position + chunk.getTotalSize();
        Dictionary dictionary = null;
        while (position < end) {
            in.seek(position);
            PageHeader header = Util.readPageHeader(in);
            long start = in.getPos();
            position = start + header.getCompressed_page_size();
            expect(
                    header.getCompressed_page_size() >= 0 && position <= end,
                    "an image page runs past its column");
            expect(
                    header.getUncompressed_page_size() >= 0
                            && header.getUncompressed_page_size()
                                    <= chunk.getTotalUncompressedSize(),
                    "an image page is larger than its column");
            switch (header.getType()) {
                case DICTIONARY_PAGE -> dictionary = dictionary(header, start, chunk.getCodec());
                case DATA_PAGE -> version1(header, start, chunk.getCodec(), dictionary);
                case DATA_PAGE_V2 -> version2(header, start, chunk.getCodec(), dictionary);
                default -> {} // an index of pages says nothing new
            }
        }
    }

    private Dictionary dictionary(PageHeader header, long start, CompressionCodecName codec)
            throws IOException {
        Loaded page =
                load(
                        start,
                        header.getCompressed_page_size(),
                        header.getUncompressed_page_size(),
                        codec);
        int count = header.getDictionary_page_header().getNum_values();
        expect(
                0 <= count && count <= page.bytes.length / Integer.BYTES,
                "a dictionary of %d images does not fit its page".formatted(count));
        Dictionary dictionary = new Dictionary(page, new int[count], new int[count]);
        int at = 0;
        for (int i = 0; i < count; i++) {
            dictionary.length[i] = little(page, at);
            dictionary.offset[i] = at + Integer.BYTES;
            checkInside(page, dictionary.offset[i], dictionary.length[i]);
            at = dictionary.offset[i] + dictionary.length[i];
        }
        return dictionary;
    }

    private void version1(
            PageHeader header, long start, CompressionCodecName codec, Dictionary dictionary)
            throws IOException {
        DataPageHeader data = header.getData_page_header();
        Loaded page =
                load(
                        start,
                        header.getCompressed_page_size(),
                        header.getUncompressed_page_size(),
                        codec);
        int levels = 0;
        int levelBytes = 0;
        if (present > 0) {
            expect(
                    data.getDefinition_level_encoding() == Encoding.RLE,
                    "definition levels are encoded as " + data.getDefinition_level_encoding());
            levels = Integer.BYTES;
            levelBytes = little(page, 0);
            expect(
                    levelBytes >= 0 && levels + levelBytes <= page.bytes.length,
                    "the levels of an image page run past it");
        }
        boolean[] there = there(page.bytes, levels, levelBytes, data.getNum_values());
        values(page, levels + levelBytes, there, data.getEncoding(), dictionary);
    }

    private void version2(
            PageHeader header, long start, CompressionCodecName codec, Dictionary dictionary)
            throws IOException {
        DataPageHeaderV2 data = header.getData_page_header_v2();
        int repetition = data.getRepetition_levels_byte_length();
        int definition = data.getDefinition_levels_byte_length();
        byte[] levels = read(start + repetition, definition);
        Loaded page =
                load(
                        start + repetition + definition,
                        header.getCompressed_page_size() - repetition - definition,
                        header.getUncompressed_page_size() - repetition - definition,
                        data.isIs_compressed() ? codec : CompressionCodecName.UNCOMPRESSED);
        boolean[] there = there(levels, 0, definition, data.getNum_values());
        values(page, 0, there, data.getEncoding(), dictionary);
    }

    /** Returns which of the next rows have an image. */
    private boolean[] there(byte[] bytes, int from, int length, int count) throws IOException {
        expect(0 <= count && count <= place.length - row, "it has more images than rows");
        boolean[] there = new boolean[count];
        if (present == 0) {
            Arrays.fill(there, true);
            return there;
        }
        RunLengthBitPackingHybridDecoder levels =
                new RunLengthBitPackingHybridDecoder(
                        BytesUtils.getWidthFromMaxInt(present),
                        new ByteArrayInputStream(bytes, from, length));
        for (int i = 0; i < count; i++) {
            there[i] = levels.readInt() == present;
        }
        return there;
    }

    private void values(
            Loaded page, int from, boolean[] there, Encoding encoding, Dictionary dictionary)
            throws IOException {
        switch (encoding) {
            case PLAIN -> plainValues(page, from, there);
            case DELTA_LENGTH_BYTE_ARRAY -> valuesBehindTheirLengths(page, from, there);
            case PLAIN_DICTIONARY, RLE_DICTIONARY ->
                    valuesOfDictionary(page, from, there, dictionary);
            default ->
                    expect(
                            false,
                            "its images are encoded as %s; 'jft-data import parquet' copies them"
                                    .formatted(encoding));
        }
    }

    private void plainValues(Loaded page, int from, boolean[] there) {
        int at = from;
        for (boolean one : there) {
            if (one) {
                int length = little(page, at);
                found(page, at + Integer.BYTES, length);
                at += Integer.BYTES + length;
            } else {
                none();
            }
        }
    }

    private void valuesBehindTheirLengths(Loaded page, int from, boolean[] there)
            throws IOException {
        ByteBufferInputStream in =
                ByteBufferInputStream.wrap(
                        ByteBuffer.wrap(page.bytes, from, page.bytes.length - from));
        DeltaBinaryPackingValuesReader lengths = new DeltaBinaryPackingValuesReader();
        lengths.initFromPage(count(there), in);
        int at = page.bytes.length - in.available();
        for (boolean one : there) {
            if (one) {
                int length = lengths.readInteger();
                found(page, at, length);
                at += length;
            } else {
                none();
            }
        }
    }

    private static int count(boolean[] there) {
        int count = 0;
        for (boolean one : there) {
            count += one ? 1 : 0;
        }
        return count;
    }

    private void valuesOfDictionary(Loaded page, int from, boolean[] there, Dictionary dictionary)
            throws IOException {
        expect(dictionary != null, "its images refer to a dictionary that is not there");
        RunLengthBitPackingHybridDecoder indices = indices(page, from);
        for (boolean one : there) {
            if (one) {
                int index = indices.readInt();
                expect(
                        0 <= index && index < dictionary.offset.length,
                        "an image refers to entry %d of a dictionary of %d"
                                .formatted(index, dictionary.offset.length));
                found(dictionary.page, dictionary.offset[index], dictionary.length[index]);
            } else {
                none();
            }
        }
    }

    private RunLengthBitPackingHybridDecoder indices(Loaded page, int from) {
        int rest = page.bytes.length - from;
        expect(rest > 0, "an image page is cut off");
        return new RunLengthBitPackingHybridDecoder(
                page.bytes[from], new ByteArrayInputStream(page.bytes, from + 1, rest - 1));
    }

    private void none() {
        visitor.image(row++, null);
    }

    private void found(Loaded page, int offset, int length) {
        checkInside(page, offset, length);
        place[row] = (long) page.number << Integer.SIZE | offset;
        visitor.image(row++, ByteBuffer.wrap(page.bytes, offset, length).slice());
    }

    private void checkInside(Loaded page, int offset, int length) {
        expect(
                length >= 0 && length <= page.bytes.length - offset,
                "an image of %d bytes runs past its page".formatted(length));
    }

    private int little(Loaded page, int at) {
        expect(at + Integer.BYTES <= page.bytes.length, "an image page is cut off");
        return ByteBuffer.wrap(page.bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    private Loaded load(long position, int stored, int bytes, CompressionCodecName codec)
            throws IOException {
        ImagePage page = new ImagePage(position, stored, bytes, codec);
        pages.add(page);
        return new Loaded(pages.size() - 1, read(file, page));
    }

    /**
     * Reads and decompresses a page's values.
     *
     * @throws CorruptDataException naming the file when they are damaged
     */
    static byte[] read(StoredFile file, ImagePage page) {
        byte[] stored = read(file, page.position(), page.storedBytes());
        byte[] values;
        try {
            values =
                    page.codec() == CompressionCodecName.UNCOMPRESSED ? stored : open(page, stored);
        } catch (IOException | RuntimeException e) {
            throw new CorruptDataException(
                    file.location(),
                    "the page at offset %d cannot be decompressed: %s"
                            .formatted(page.position(), e.getMessage()),
                    e);
        }
        if (values.length != page.bytes()) {
            throw new CorruptDataException(
                    file.location(),
                    "the page at offset %d holds %d bytes, its header says %d"
                            .formatted(page.position(), values.length, page.bytes()));
        }
        return values;
    }

    private static byte[] open(ImagePage page, byte[] stored) throws IOException {
        return new ForeignCodecs()
                .getDecompressor(page.codec())
                .decompress(BytesInput.from(stored), page.bytes())
                .toInputStream()
                .readAllBytes();
    }

    private byte[] read(long position, int bytes) {
        return read(file, position, bytes);
    }

    private static byte[] read(StoredFile file, long position, int bytes) {
        if (bytes < 0 || position + bytes > file.length()) {
            throw new CorruptDataException(
                    file.location(), "the page at offset %d runs past its end".formatted(position));
        }
        byte[] read = new byte[bytes];
        file.read(position, ByteBuffer.wrap(read));
        return read;
    }

    /** Returns the number of rows seen so far. */
    int rows() {
        return row;
    }

    /**
     * Returns the pages that the places refer to; none when all lie bare in the file, and places
     * are offsets in it.
     */
    List<ImagePage> pages() {
        return bare() ? List.of() : pages;
    }

    /**
     * Returns where each image is, by row: page &lt;&lt; 32 | offset in it, or see {@link #pages}.
     */
    long[] places() {
        if (bare()) {
            for (int i = 0; i < row; i++) {
                ImagePage page = pages.get((int) (place[i] >>> Integer.SIZE));
                place[i] = page.position() + (place[i] & 0xffffffffL);
            }
        }
        return place;
    }

    private boolean bare() {
        return pages.stream().allMatch(page -> page.codec() == CompressionCodecName.UNCOMPRESSED);
    }

    private void expect(boolean holds, String problem) {
        if (!holds) {
            throw new CorruptDataException(
                    file.location(), "cannot be read where it lies: %s".formatted(problem));
        }
    }
}
