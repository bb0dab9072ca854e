package org.jft.data.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;

/**
 * A folder per class; a folder in a folder is a class below a class: {@code animals/cats/1.jpg} is
 * labelled {@code animals/cats}, below {@code animals}. Links are followed, so one image can lie
 * under several classes.
 */
public final class FolderSource implements Source {
    private static final List<String> IMAGE_NAMES =
            List.of(".jpg", ".jpeg", ".png", ".webp", ".bmp");

    private final Path train;
    private final Path test;
    private final List<Entry> entries = new ArrayList<>();
    private long otherFiles;
    private long unlabelled;

    /**
     * Lists the folder.
     *
     * @param test folder of held-out images, laid out like {@code train}; null for none
     */
    public FolderSource(Path train, Path test) {
        this.train = train;
        this.test = test;
        list(train, test == null ? null : Entry.TRAIN);
        if (test != null) {
            list(test, Entry.TEST);
        }
    }

    private void list(Path root, String split) {
        if (!Files.isDirectory(root)) {
            throw new ConfigException("%s: no such folder".formatted(root));
        }
        try (Stream<Path> files = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            files.filter(Files::isRegularFile)
                    .map(root::relativize)
                    .sorted()
                    .forEach(file -> add(file, split));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(Path file, String split) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (IMAGE_NAMES.stream().noneMatch(name::endsWith)) {
            otherFiles++;
            return;
        }
        List<String> path = new ArrayList<>();
        for (int depth = 1; depth < file.getNameCount(); depth++) {
            path.add(slashes(file.subpath(0, depth)));
        }
        unlabelled += path.isEmpty() ? 1 : 0;
        List<Entry.Claim> claims = path.isEmpty() ? List.of() : List.of(new Entry.Claim(path, 1));
        entries.add(new Entry(slashes(file), entries.size(), claims, null, split, null, null));
    }

    private static String slashes(Path path) {
        return path.toString().replace('\\', '/');
    }

    @Override
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    @Override
    public ImageBytes read(Entry entry) {
        Path root = test != null && Entry.TEST.equals(entry.split()) ? test : train;
        return () -> Files.readAllBytes(root.resolve(entry.path()));
    }

    @Override
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (otherFiles > 0) {
            remarks.add(
                    "%,d files are not named %s: left aside"
                            .formatted(otherFiles, String.join(", ", IMAGE_NAMES)));
        }
        if (unlabelled > 0) {
            remarks.add("%,d images lie in no class folder: no label".formatted(unlabelled));
        }
        return remarks;
    }
}
