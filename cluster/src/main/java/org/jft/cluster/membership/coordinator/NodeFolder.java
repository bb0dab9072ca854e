package org.jft.cluster.membership.coordinator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Where a node keeps its log: the owner's alone (0700), and one process's at a time. */
final class NodeFolder implements AutoCloseable {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final String LOCK = "coordinator.lock";

    private final Path root;
    private final FileChannel lock;

    private NodeFolder(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Opens a folder, or makes it.
     *
     * @throws JftException when another node uses it, or it cannot be made
     */
    static NodeFolder open(Path root) {
        try {
            for (String own : List.of("archive", "cluster")) {
                Files.createDirectories(root.resolve(own), OWNER_ONLY); // whatever the umask
            }
            FileChannel channel =
                    FileChannel.open(
                            root.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new JftException(
                        Category.ABORT_RUN, "another coordinator uses the folder " + root);
            }
            return new NodeFolder(root, channel);
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the coordinator cannot use the folder %s: %s".formatted(root, e),
                    e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // by this process
        }
    }

    Path archive() {
        return root.resolve("archive");
    }

    Path cluster() {
        return root.resolve("cluster");
    }

    /** Removes what is in it, and it, unless others put something there too. */
    void delete() {
        try {
            for (Path own : List.of(archive(), cluster())) {
                if (Files.exists(own)) {
                    try (Stream<Path> contents = Files.walk(own)) {
                        for (Path path : contents.sorted(Comparator.reverseOrder()).toList()) {
                            Files.deleteIfExists(path);
                        }
                    }
                }
            }
            Files.deleteIfExists(root.resolve(LOCK));
            try (Stream<Path> left = Files.exists(root) ? Files.list(root) : Stream.empty()) {
                if (left.findAny().isEmpty()) {
                    Files.deleteIfExists(root);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + root, e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
