package org.jft.core.file;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * Writes a file so that its name stands for the old content or for the new, whatever happens: to a
 * draft beside it ({@code .tmp}), flushed to the disk, then renamed. A draft that fails is removed.
 */
public final class WholeFile {
    /** What comes into a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes it from the channel's position on. */
        void writeTo(FileChannel channel) throws IOException;
    }

    private WholeFile() {}

    /**
     * Writes a file into a folder that is there.
     *
     * @throws IOException if it cannot be written; the old content is still there then
     */
    public static void write(Path file, Content content) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            draft,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft); // gone by its new name if all went well
        }
    }

    /** Writes a text in UTF-8. */
    public static void write(Path file, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        write(
                file,
                channel -> {
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                });
    }

    /** Writes lines in UTF-8 as they come, each ended by a line feed. */
    public static void writeLines(Path file, Stream<String> lines) throws IOException {
        write(
                file,
                channel -> {
                    BufferedWriter out =
                            new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
                    for (String line : (Iterable<String>) lines::iterator) {
                        out.write(line);
                        out.write('\n');
                    }
                    out.flush();
                });
    }
}
