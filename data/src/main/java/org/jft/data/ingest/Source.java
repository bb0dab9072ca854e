package org.jft.data.ingest;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jft.core.failure.CorruptDataException;

/**
 * Images with labels, somewhere, in parts that can be listed on their own: an archive each, a
 * folder. Listing is cheap; images are read one by one, twice. A copy that went through
 * serialization works like the original in another process, too: so machines share the work.
 */
public interface Source extends AutoCloseable, Serializable {
    /** Returns into how many parts the source is divided. */
    int parts();

    /**
     * Hands every image of a part over, always in the same order. Any thread, several at once.
     *
     * @return what else the part holds
     * @throws org.jft.core.failure.CorruptDataException when the part cannot be listed at all
     */
    Listing.Rest list(int part, Consumer<Entry> entries);

    /**
     * Starts to read an image. Called by one thread, in the order of the entries, some of which may
     * be left out; an earlier entry starts a new pass. So a compressed archive can be followed,
     * while files are read by many threads.
     */
    ImageBytes read(Entry entry);

    /** An image's encoded bytes, which are there or on their way. */
    @FunctionalInterface
    interface ImageBytes {
        /**
         * Returns them. Any thread, once.
         *
         * @throws UnusableImageException when the image is of no use
         * @throws IOException when it cannot be read; the importer quarantines both, and what else
         *     goes wrong
         */
        byte[] get() throws IOException, UnusableImageException;
    }

    /**
     * Hands over lines that change when the source does: what it was given, and every input file
     * with size and time, see {@link #stamp}.
     */
    void identify(Consumer<String> lines);

    /**
     * Returns names that take the first class ids in this order; the rest follows by depth and
     * name.
     *
     * @param seen all names in use
     */
    default List<String> firstClasses(Collection<String> seen) {
        return List.of();
    }

    /** Returns what a remark says of a number of things that were left aside. */
    default String leftAside() {
        return "left aside";
    }

    /** Lets go of open files. */
    @Override
    default void close() {}

    /** Starts to read an image unless the source knows that it is of no use. */
    static ImageBytes start(Source source, Entry entry) {
        return entry.problem() == null
                ? source.read(entry)
                : () -> {
                    throw new UnusableImageException(entry.problem());
                };
    }

    /** Returns a line that changes when the file does; a missing file has one, too. */
    static String stamp(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? "%s\t%d\t%s"
                            .formatted(
                                    file.toAbsolutePath(),
                                    Files.size(file),
                                    Files.getLastModifiedTime(file))
                    : "%s\tmissing".formatted(file.toAbsolutePath());
        } catch (IOException e) {
            throw new CorruptDataException(file, "cannot be read: " + e, e);
        }
    }
}
