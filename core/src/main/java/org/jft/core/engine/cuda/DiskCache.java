package org.jft.core.engine.cuda;

import com.google.common.hash.Hashing;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jft.core.file.WholeFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Values by key in a folder, one file each, named by the hash of its key. What is truncated,
 * altered, of another version or under a colliding name counts as not there; a folder that cannot
 * be written only costs time. Several processes may use it at once: what they write together is
 * equal, or its checksum is wrong.
 *
 * <pre>
 *  0        4          8            8 + k   +8          +8 + v
 *  +--------+----------+-----------+-------+-----------+
 *  | "JFT1" | k i32 be | key UTF-8 | CRC32 | value ... |
 *  +--------+----------+-----------+-------+-----------+
 *                                   of value, i64 be
 * </pre>
 */
final class DiskCache {
    private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);
    private static final byte[] MAGIC = "JFT1".getBytes(StandardCharsets.US_ASCII);

    private final Path folder;

    DiskCache(Path folder) {
        this.folder = folder;
    }

    /** Returns the folder of this user's caches. */
    static Path home() {
        String named = System.getenv("XDG_CACHE_HOME");
        Path base =
                named == null || named.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(named);
        return base.resolve("jft").resolve("cuda");
    }

    private Path file(String key) {
        String name = Hashing.sha256().hashString(key, StandardCharsets.UTF_8).toString();
        return folder.resolve(name.substring(0, 32));
    }

    Optional<byte[]> get(String key) {
        byte[] head = head(key);
        try {
            byte[] all = Files.readAllBytes(file(key));
            if (all.length < head.length + Long.BYTES
                    || !Arrays.equals(all, 0, head.length, head, 0, head.length)) {
                return Optional.empty();
            }
            byte[] value = Arrays.copyOfRange(all, head.length + Long.BYTES, all.length);
            byte[] sum = Arrays.copyOfRange(all, head.length, head.length + Long.BYTES);
            return Arrays.equals(sum, checksum(value)) ? Optional.of(value) : Optional.empty();
        } catch (IOException ignored) {
            return Optional.empty();
        }
    }

    void put(String key, byte[] value) {
        try {
            Files.createDirectories(folder);
            ByteBuffer all = ByteBuffer.wrap(Bytes.concat(head(key), checksum(value), value));
            WholeFile.write(
                    file(key),
                    channel -> {
                        while (all.hasRemaining()) {
                            channel.write(all);
                        }
                    });
        } catch (IOException e) {
            LOG.warn("{} keeps nothing: {}", folder, e.toString());
        }
    }

    private static byte[] head(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(MAGIC.length + Integer.BYTES + bytes.length)
                .put(MAGIC)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static byte[] checksum(byte[] value) {
        long sum = Integer.toUnsignedLong(Hashing.crc32().hashBytes(value).asInt());
        return ByteBuffer.allocate(Long.BYTES).putLong(sum).array();
    }
}
