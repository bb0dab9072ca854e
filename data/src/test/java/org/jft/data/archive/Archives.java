package org.jft.data.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Archives made by other programs, or by code that shares nothing with the readers. */
public final class Archives {
    private Archives() {}

    /** Packs a folder with the command tar; {@code options} such as --format=pax. */
    public static void tar(Path archive, Path folder, String... options) {
        List<String> command = new ArrayList<>(List.of("tar", "--sort=name"));
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cf", archive.toString(), "-C", folder.toString(), "."));
        run(command);
    }

    /** Runs a command that must succeed. */
    static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            byte[] said = process.getInputStream().readAllBytes();
            int exitCode = process.waitFor();
            assertThat(exitCode).as("%s: %s", command, new String(said)).isZero();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(command.toString(), e);
        }
    }

    public static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    /** Frames one record as the description of TFRecord says. */
    public static byte[] record(byte[] data) {
        ByteBuffer out = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(data.length);
        out.putInt(maskedCrc(Arrays.copyOf(out.array(), 8)));
        return out.put(data).putInt(maskedCrc(data)).array();
    }

    private static int maskedCrc(byte[] bytes) {
        int crc = crc32c(bytes);
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    /** CRC-32C bit by bit: the reflected polynomial 0x1edc6f41. */
    static int crc32c(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
            }
        }
        return ~crc;
    }

    /** Concatenates. */
    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** A tf.train.Example of features. */
    public static byte[] example(byte[]... features) {
        return field(1, join(features));
    }

    /** A feature of strings. */
    public static byte[] bytesFeature(String name, byte[]... values) {
        byte[][] fields = Arrays.stream(values).map(v -> field(1, v)).toArray(byte[][]::new);
        return feature(name, 1, join(fields));
    }

    public static byte[] textFeature(String name, String... values) {
        return bytesFeature(
                name,
                Arrays.stream(values)
                        .map(v -> v.getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new));
    }

    /** A feature of integers, packed as by proto3 or one by one as by proto2. */
    public static byte[] intFeature(String name, boolean packed, long... values) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (long value : values) {
            if (!packed) {
                list.write(1 << 3);
            }
            list.writeBytes(varint(value));
        }
        return feature(name, 3, packed ? field(1, list.toByteArray()) : list.toByteArray());
    }

    /** A feature of floats, packed as by proto3 or one by one as by proto2. */
    public static byte[] floatFeature(String name, boolean packed, float... values) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (float value : values) {
            if (!packed) {
                list.write(1 << 3 | 5);
            }
            list.writeBytes(
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
        }
        return feature(name, 2, packed ? field(1, list.toByteArray()) : list.toByteArray());
    }

    private static byte[] feature(String name, int kind, byte[] list) {
        byte[] key = field(1, name.getBytes(StandardCharsets.UTF_8));
        return field(1, join(key, field(2, field(kind, list))));
    }

    private static byte[] field(int number, byte[] content) {
        return join(varint(number << 3 | 2), varint(content.length), content);
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        do {
            boolean more = rest >>> 7 != 0;
            out.write((int) (rest & 0x7f) | (more ? 0x80 : 0));
            rest >>>= 7;
        } while (rest != 0);
        return out.toByteArray();
    }
}
