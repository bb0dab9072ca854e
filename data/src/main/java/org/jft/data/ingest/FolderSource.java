package org.jft.data.ingest;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;

/**
 * A folder per class; a folder in a folder is a class below a class: {@code animals/cats/1.jpg} is
 * labelled {@code animals/cats}, below {@code animals}. Links are followed, so one image can lie
 * under several classes.
 */
public final class FolderSource implements Source {
    static final List<String> IMAGE_NAMES = List.of(".jpg", ".jpeg", ".png", ".webp", ".bmp");

    private final List<File> roots; // of what is learned from, then of what is held out

    /**
     * Takes folders, which are not listed yet.
     *
     * @param test folder of held-out images, laid out like {@code train}; null for none
     */
    public FolderSource(Path train, Path test) {
        this.roots =
                Stream.of(train, test)
                        .filter(Objects::nonNull)
                        .map(path -> path.toAbsolutePath().toFile())
                        .toList();
        for (File root : roots) {
            if (!root.isDirectory()) {
                throw new ConfigException("%s: no such folder".formatted(root));
            }
        }
    }

    @Override
    public int parts() {
        return roots.size();
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        String split = part == 1 ? Entry.TEST : roots.size() > 1 ? Entry.TRAIN : null;
        Path root = roots.get(part).toPath();
        long[] counts = new long[2]; // images, other files
        new SortedWalk(root)
                .run(
                        file -> {
                            if (isImage(file)) {
                                Path path = root.relativize(file);
                                entries.accept(
                                        Entry.of(
                                                slashes(path),
                                                counts[0]++,
                                                new Entry.Place(part, 0, 0),
                                                claims(path),
                                                split));
                            } else {
                                counts[1]++;
                            }
                        });
        return new Listing.Rest(counts[1], List.of());
    }

    static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return IMAGE_NAMES.stream().anyMatch(name::endsWith);
    }

    private static List<Entry.Claim> claims(Path file) {
        List<String> path = new ArrayList<>();
        for (int depth = 1; depth < file.getNameCount(); depth++) {
            path.add(slashes(file.subpath(0, depth)));
        }
        return path.isEmpty() ? List.of() : List.of(new Entry.Claim(path, 1));
    }

    private static String slashes(Path path) {
        return path.toString().replace('\\', '/');
    }

    @Override
    public ImageBytes read(Entry entry) {
        Path root = roots.get(entry.place().part()).toPath();
        return () -> ImageFile.read(root.resolve(entry.path()));
    }

    @Override
    public void identify(Consumer<String> lines) {
        for (File root : roots) {
            lines.accept("folder %s".formatted(root.getAbsolutePath()));
            new SortedWalk(root.toPath()).run(file -> lines.accept(Source.stamp(file)));
        }
    }

    @Override
    public String leftAside() {
        return "files are not named %s".formatted(String.join(", ", IMAGE_NAMES));
    }
}
