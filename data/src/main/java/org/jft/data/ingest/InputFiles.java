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
 */
record InputFiles(List<File> files, int trainCount) implements Serializable {
    static InputFiles of(List<Path> train, List<Path> test) {
        return new InputFiles(
                Stream.concat(train.stream(), test.stream())
                        .map(path -> path.toAbsolutePath().toFile())
                        .toList(),
                train.size());
    }

    int count() {
        return files.size();
    }

    Path path(int part) {
        return files.get(part).toPath();
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
