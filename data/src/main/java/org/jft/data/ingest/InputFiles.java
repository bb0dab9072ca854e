package org.jft.data.ingest;

import java.io.File;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Files of many images, a part of a source each: those to learn from, then those held out.
 *
 * @param files as {@link File}, which can be serialized; absolute, for other processes have other
 *     working folders
 * @param base the deepest folder that holds all of them
 */
record InputFiles(List<File> files, File base, int trainCount) implements Serializable {
    static InputFiles of(List<Path> train, List<Path> test) {
        List<Path> paths =
                Stream.concat(train.stream(), test.stream()).map(Path::toAbsolutePath).toList();
        return new InputFiles(
                paths.stream().map(Path::toFile).toList(),
                commonFolder(paths).toFile(),
                train.size());
    }

    private static Path commonFolder(List<Path> files) {
        Path common = files.get(0).getParent();
        for (Path file : files) {
            while (!file.startsWith(common)) {
                common = common.getParent();
            }
        }
        return common;
    }

    int count() {
        return files.size();
    }

    Path path(int part) {
        return files.get(part).toPath();
    }

    /** Returns what tells a file from the others: its path below the folder they share. */
    String name(int part) {
        return base.toPath().relativize(path(part)).toString().replace('\\', '/');
    }

    /**
     * Returns the {@link Entry#group} of an image: its file's bare name and its own, which do not
     * depend on what else is imported. Null where {@link #name} says the same.
     */
    String group(int part, String image) {
        String bare = files.get(part).getName();
        return bare.equals(name(part)) ? null : bare + "/" + image;
    }

    /** Returns the split of a file's images; null when nothing is held out. */
    String split(int part) {
        return part >= trainCount ? Entry.TEST : trainCount < files.size() ? Entry.TRAIN : null;
    }

    /** See {@link Source#identify}. */
    void identify(Consumer<String> lines) {
        lines.accept("%d files to learn from".formatted(trainCount));
        files.forEach(file -> lines.accept(Source.stamp(file.toPath())));
    }
}
