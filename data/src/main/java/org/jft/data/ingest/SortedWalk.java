package org.jft.data.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jft.core.failure.CorruptDataException;

/**
 * All regular files below a folder, in the order of their whole names. Links are followed. Holds
 * the names of one folder at a time, and of those above it.
 */
final class SortedWalk {
    private final Path root;
    private final Deque<Path> above = new ArrayDeque<>(); // against links in a circle

    SortedWalk(Path root) {
        this.root = root;
    }

    /** Hands over the files. */
    void run(Consumer<Path> files) {
        try {
            walk(root, files);
        } catch (IOException e) {
            throw new CorruptDataException(root, "cannot be read: " + e, e);
        }
    }

    private void walk(Path folder, Consumer<Path> files) throws IOException {
        Path key = folder.toRealPath();
        if (above.contains(key)) {
            throw new FileSystemLoopException(folder.toString());
        }
        above.push(key);
        for (Child child : children(folder)) {
            if (child.folder) {
                walk(child.path, files);
            } else if (Files.isRegularFile(child.path)) {
                files.accept(child.path);
            }
        }
        above.pop();
    }

    private record Child(Path path, boolean folder) {
        /** A folder sorts as its content does: behind {@code "a.png"}, for {@code '.' < '/'}. */
        String name() {
            return path.getFileName() + (folder ? "/" : "");
        }
    }

    private static List<Child> children(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> new Child(path, Files.isDirectory(path)))
                    .sorted(Comparator.comparing(Child::name))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
