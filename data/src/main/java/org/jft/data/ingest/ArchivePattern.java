package org.jft.data.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;

/**
 * Names of many files in one: {@code train-{000..127}.tar} and {@code {a,b}.tar} as in a shell, and
 * {@code *}, {@code ?} and {@code [a-z]} within the last part. Braces do not nest.
 */
public final class ArchivePattern {
    private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)\\}");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\.\\.(\\d{1,9})");
    private static final Pattern WILDCARD = Pattern.compile("[*?\\[]");
    private static final int MAX_FILES = 1_000_000;

    private ArchivePattern() {}

    /**
     * Returns the files, those of a wildcard sorted by name.
     *
     * @throws ConfigException when a named file is not there, or no file matches
     */
    public static List<Path> expand(String pattern) {
        if (Files.isRegularFile(Path.of(pattern))) {
            return List.of(Path.of(pattern));
        }
        List<Path> files = new ArrayList<>();
        for (String name : braces(pattern)) {
            if (WILDCARD.matcher(name).find()) {
                files.addAll(matching(Path.of(name)));
            } else {
                files.add(existing(Path.of(name)));
            }
        }
        return files;
    }

    private static List<String> braces(String pattern) {
        Matcher braces = BRACES.matcher(pattern);
        if (!braces.find()) {
            return List.of(pattern);
        }
        String before = pattern.substring(0, braces.start());
        List<String> names = new ArrayList<>();
        List<String> rests = braces(pattern.substring(braces.end()));
        for (String choice : choices(braces.group(1))) {
            rests.forEach(rest -> names.add(before + choice + rest));
            if (names.size() > MAX_FILES) {
                throw new ConfigException(
                        "%s: stands for more than %,d files".formatted(pattern, MAX_FILES));
            }
        }
        return names;
    }

    private static List<String> choices(String braces) {
        Matcher range = RANGE.matcher(braces);
        if (!range.matches()) {
            return List.of(braces.split(",", -1));
        }
        int from = Integer.parseInt(range.group(1));
        int to = Integer.parseInt(range.group(2));
        if (from > to || to - from >= MAX_FILES) {
            throw new ConfigException(
                    "{%s}: not a range of at most %,d numbers".formatted(braces, MAX_FILES));
        }
        int width = Math.max(range.group(1).length(), range.group(2).length());
        boolean padded = range.group(1).startsWith("0") || range.group(2).startsWith("0");
        String format = padded ? "%0" + width + "d" : "%d";
        return IntStream.rangeClosed(from, to).mapToObj(format::formatted).toList();
    }

    private static Path existing(Path file) {
        if (Files.isDirectory(file)) {
            throw new ConfigException(
                    "%s: is a folder, name the files in it, such as '%s'"
                            .formatted(file, file.resolve("*")));
        }
        if (!Files.isRegularFile(file)) {
            throw new ConfigException("%s: no such file".formatted(file));
        }
        return file;
    }

    private static List<Path> matching(Path pattern) {
        Path folder = pattern.getParent() == null ? Path.of("") : pattern.getParent();
        if (!Files.isDirectory(folder)) {
            throw new ConfigException("%s: no such folder".formatted(folder));
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(folder, pattern.getFileName().toString())) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.removeIf(file -> !Files.isRegularFile(file));
        if (files.isEmpty()) {
            throw new ConfigException("%s: matches no file".formatted(pattern));
        }
        files.sort(null);
        return files;
    }
}
