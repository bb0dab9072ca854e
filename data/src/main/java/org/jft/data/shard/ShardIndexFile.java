package org.jft.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * The {@link ShardIndex} of a shard as a file. It can always be made again from the shard, so a
 * file that is missing, damaged or of another shard is no error: it counts as not there.
 */
final class ShardIndexFile {
    private static final String SHARD_SUFFIX = ".parquet";
    private static final String SUFFIX = ".index";

    private final Path file;
    private final Manifest.Shard shard;

    ShardIndexFile(Path folder, Manifest.Shard shard) {
        this.file = folder.resolve(nameFor(shard));
        this.shard = shard;
    }

    static String nameFor(Manifest.Shard shard) {
        String name = shard.file();
        return name.endsWith(SHARD_SUFFIX)
                ? name.substring(0, name.length() - SHARD_SUFFIX.length()) + SUFFIX
                : name + SUFFIX;
    }

    /** Reads the first bytes only; empty when the file is not there or not this shard's. */
    Optional<ShardIndex.Header> header() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return header(channel);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Optional<ShardIndex.Header> header(FileChannel channel) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(ShardIndex.HEADER_BYTES);
        while (first.hasRemaining()) {
            if (channel.read(first, first.position()) < 0) {
                return Optional.empty();
            }
        }
        ShardIndex.Header header = ShardIndex.Header.read(first);
        return header.isFor(shard) && header.blockBytes() == channel.size()
                ? Optional.of(header)
                : Optional.empty();
    }

    /** Returns all of the file, mapped; empty when it is not there, damaged or not this shard's. */
    Optional<ByteBuffer> read() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (header(channel).isEmpty()) {
                return Optional.empty();
            }
            ByteBuffer block = map(channel);
            return ShardIndex.intact(block) ? Optional.of(block) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private ByteBuffer map(FileChannel channel) throws IOException {
        try {
            return channel.map(MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            if (e.getCause() instanceof OutOfMemoryError) { // as the JDK says that mmap failed
                throw new JftException(
                        Category.ABORT_RANK,
                        "%s: cannot be mapped, most likely because this process has as many mappings"
                                        .formatted(file)
                                + " as it may: raise vm.max_map_count, or make larger shards",
                        e);
            }
            throw e;
        }
    }

    /**
     * Writes the file, whole or not at all. Several processes may do so at once.
     *
     * @return whether that went well: not so in a folder that may only be read
     */
    boolean write(ByteBuffer block) {
        // a draft of its own for each process: another's must not be cut off while it is mapped
        Path draft =
                file.resolveSibling(
                        "%s.%d.tmp".formatted(file.getFileName(), ProcessHandle.current().pid()));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (FileChannel channel =
                    FileChannel.open(
                            draft,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                ByteBuffer rest = block.duplicate();
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
            }
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            deleteQuietly(draft);
            return false;
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private static void deleteQuietly(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException ignored) {
            // where nothing can be written, nothing can be deleted
        }
    }
}
