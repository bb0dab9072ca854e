package org.jft.core.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.file.WholeFile;

/**
 * The header of a safetensors file and access to its float32 tensors. Little-endian:
 *
 * <pre>
 *  0              8                    8 + headerLength
 *  +--------------+--------------------+------------------------------------+
 *  | headerLength | header, JSON,      | data: the tensors without gaps,    |
 *  | u64          | padded with spaces | row-major, in the header's offsets |
 *  +--------------+--------------------+------------------------------------+
 *  header: {"__metadata__": {...}, "NAME": {"dtype": "F32", "shape": [2, 3],
 *           "data_offsets": [begin, end]}, ...}, bytes counted from the start of data
 * </pre>
 *
 * <p>The checks are those of the reference implementation: offsets neither overlap nor leave gaps
 * and end with the file, and each tensor is as long as its shape says.
 */
final class Safetensors {
    static final String FLOAT32 = "F32";

    private static final int PREFIX_LENGTH = Long.BYTES;
    private static final int ALIGNMENT = 8;
    private static final long LONGEST_HEADER = 100_000_000; // the reference implementation's
    private static final int CHUNK_BYTES = 1 << 20;
    private static final String METADATA = "__metadata__";
    private static final Map<String, Integer> BYTES_PER_ELEMENT =
            Map.ofEntries(
                    Map.entry("BOOL", 1),
                    Map.entry("U8", 1),
                    Map.entry("I8", 1),
                    Map.entry("F8_E4M3", 1),
                    Map.entry("F8_E5M2", 1),
                    Map.entry("U16", 2),
                    Map.entry("I16", 2),
                    Map.entry("F16", 2),
                    Map.entry("BF16", 2),
                    Map.entry("U32", 4),
                    Map.entry("I32", 4),
                    Map.entry(FLOAT32, 4),
                    Map.entry("U64", 8),
                    Map.entry("I64", 8),
                    Map.entry("F64", 8));
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /**
     * One tensor of the file.
     *
     * @param begin first byte, counted from the start of the data
     * @param end byte behind the last
     */
    record Entry(String dtype, List<Long> shape, long begin, long end) {}

    private final Path file;
    private final long dataStart;
    private final Map<String, Entry> entries;

    private Safetensors(Path file, long dataStart, Map<String, Entry> entries) {
        this.file = file;
        this.dataStart = dataStart;
        this.entries = entries;
    }

    /** Returns the tensors by name, in the header's order. */
    Map<String, Entry> entries() {
        return entries;
    }

    /** Reads and checks the header. */
    static Safetensors open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            check(size >= PREFIX_LENGTH, file, "%s bytes are too few for safetensors", size);
            long headerLength = readFully(channel, 0, PREFIX_LENGTH).getLong();
            check(
                    0 < headerLength && headerLength <= LONGEST_HEADER,
                    file,
                    "not a safetensors file: its header would be %s bytes long",
                    Long.toUnsignedString(headerLength));
            long dataStart = PREFIX_LENGTH + headerLength;
            check(
                    dataStart <= size,
                    file,
                    "truncated at byte %s: the header ends at byte %s",
                    size,
                    dataStart);
            ByteBuffer header = readFully(channel, PREFIX_LENGTH, (int) headerLength);
            Map<String, Entry> entries = parse(file, header.array());
            requireContiguous(file, entries, size - dataStart);
            return new Safetensors(file, dataStart, entries);
        } catch (IOException e) {
            throw new CorruptDataException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /** Fills the target, position to limit, with a float32 tensor of that many elements. */
    void read(String name, FloatBuffer target) {
        Entry entry = entries.get(name);
        FloatBuffer rest = target.duplicate();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = entry.begin(); at < entry.end(); ) {
                int length = (int) Math.min(CHUNK_BYTES, entry.end() - at);
                rest.put(readFully(channel, dataStart + at, length).asFloatBuffer());
                at += length;
            }
        } catch (IOException e) {
            throw new CorruptDataException(
                    file, "tensor '%s' cannot be read: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * Writes float32 tensors, all or nothing.
     *
     * @param shapes by name, in the order of the file
     * @param values by name, position to limit
     */
    static void write(Path file, Map<String, List<Long>> shapes, Map<String, FloatBuffer> values)
            throws IOException {
        WholeFile.write(
                file,
                channel -> {
                    writeFully(channel, header(shapes, values));
                    for (String name : shapes.keySet()) {
                        write(channel, values.get(name).duplicate());
                    }
                });
    }

    private static ByteBuffer header(
            Map<String, List<Long>> shapes, Map<String, FloatBuffer> values) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject(METADATA).put("format", "pt");
        long end = 0;
        for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
            ObjectNode node = root.putObject(tensor.getKey()).put("dtype", FLOAT32);
            var shape = node.putArray("shape");
            tensor.getValue().forEach(shape::add);
            long begin = end;
            end += (long) values.get(tensor.getKey()).remaining() * Float.BYTES;
            node.putArray("data_offsets").add(begin).add(end);
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = littleEndian(PREFIX_LENGTH + padded);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static void write(FileChannel channel, FloatBuffer values) throws IOException {
        ByteBuffer chunk = littleEndian(CHUNK_BYTES);
        while (values.hasRemaining()) {
            int length = Math.min(values.remaining(), CHUNK_BYTES / Float.BYTES);
            FloatBuffer part = values.slice(values.position(), length);
            chunk.clear().asFloatBuffer().put(part);
            writeFully(channel, chunk.limit(length * Float.BYTES));
            values.position(values.position() + length);
        }
    }

    private static Map<String, Entry> parse(Path file, byte[] json) {
        JsonNode root;
        try {
            root = JSON.readTree(json, 0, json.length);
        } catch (JsonProcessingException e) {
            throw new CorruptDataException(file, "not a safetensors file: bad JSON header", e);
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot fail to be read", e);
        }
        check(root.isObject(), file, "not a safetensors file: its header is no JSON object");
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!field.getKey().equals(METADATA)) {
                entries.put(field.getKey(), entry(file, field));
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    private static Entry entry(Path file, Map.Entry<String, JsonNode> field) {
        JsonNode node = field.getValue();
        String dtype = node.path("dtype").asText();
        List<Long> shape = longs(node.path("shape"));
        List<Long> offsets = longs(node.path("data_offsets"));
        String name = field.getKey();
        check(
                node.path("shape").isArray() && offsets.size() == 2,
                file,
                "tensor '%s' has no shape or offsets",
                name);
        Integer elementBytes = BYTES_PER_ELEMENT.get(dtype);
        check(elementBytes != null, file, "tensor '%s' has the unknown type '%s'", name, dtype);
        long length = offsets.get(1) - offsets.get(0);
        long product = elementBytes;
        try {
            for (long dimension : shape) {
                check(dimension >= 0, file, "tensor '%s' has the shape %s", name, shape);
                product = Math.multiplyExact(product, dimension);
            }
        } catch (ArithmeticException e) {
            throw new CorruptDataException(
                    file, "tensor '%s' has the shape %s".formatted(name, shape), e);
        }
        check(
                product == length,
                file,
                "tensor '%s' of shape %s takes %s bytes, its offsets span %s",
                name,
                shape,
                product,
                length);
        return new Entry(dtype, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> longs(JsonNode array) {
        List<Long> values = new ArrayList<>();
        array.forEach(element -> values.add(element.canConvertToLong() ? element.asLong() : -1));
        return List.copyOf(values);
    }

    private static void requireContiguous(Path file, Map<String, Entry> entries, long dataLength) {
        long end = 0;
        for (Map.Entry<String, Entry> tensor :
                entries.entrySet().stream()
                        .sorted(
                                Map.Entry.comparingByValue(
                                        Comparator.comparingLong(Entry::begin)
                                                .thenComparingLong(Entry::end)))
                        .toList()) {
            check(
                    tensor.getValue().begin() == end,
                    file,
                    "tensor '%s' begins at byte %s of the data, expected %s",
                    tensor.getKey(),
                    tensor.getValue().begin(),
                    end);
            end = tensor.getValue().end();
        }
        check(end == dataLength, file, "holds %s bytes of data, expected %s", dataLength, end);
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int length)
            throws IOException {
        ByteBuffer bytes = littleEndian(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("it ends at byte " + (position + bytes.position()));
            }
        }
        return bytes.flip();
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static ByteBuffer littleEndian(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void check(boolean holds, Path file, String problem, Object... values) {
        if (!holds) {
            throw new CorruptDataException(file, problem.formatted(values));
        }
    }
}
