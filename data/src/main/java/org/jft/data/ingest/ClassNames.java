package org.jft.data.ingest;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;

/** Names of classes that archives give by number. Thread-safe. */
public final class ClassNames {
    private final List<String> names; // empty: "class 0", "class 1", ...
    private final NavigableSet<Long> seen = new ConcurrentSkipListSet<>();

    private ClassNames(List<String> names) {
        this.names = names;
    }

    /** Returns the names "class 0", "class 1" and so on, without end. */
    public static ClassNames numbered() {
        return new ClassNames(List.of());
    }

    /** Returns the given names: element k is class k. */
    static ClassNames of(List<String> names) {
        return new ClassNames(List.copyOf(names));
    }

    /** Reads names from a file: line k, counted from 0, is class k. */
    public static ClassNames read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigException("%s: no such file".formatted(file));
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file).stream().map(String::strip).toList();
        } catch (CharacterCodingException e) {
            throw new CorruptDataException(file, "not UTF-8 text", e);
        } catch (IOException e) {
            throw new CorruptDataException(file, "cannot be read: " + e, e);
        }
        Map<String, Integer> lineOf = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            Integer before = lineOf.put(lines.get(i), i);
            if (lines.get(i).isEmpty() || before != null) {
                throw new CorruptDataException(
                        file,
                        before == null
                                ? "line %d is empty, but is a class".formatted(i + 1)
                                : "lines %d and %d are both '%s': two classes need two names"
                                        .formatted(before + 1, i + 1, lines.get(i)));
            }
        }
        if (lines.isEmpty()) {
            throw new CorruptDataException(file, "empty, expected a class on each line");
        }
        return new ClassNames(lines);
    }

    /** Returns a class's name. */
    String of(long number) throws UnusableImageException {
        if (number < 0 || !names.isEmpty() && number >= names.size()) {
            throw new UnusableImageException(
                    names.isEmpty()
                            ? "the label %d is negative".formatted(number)
                            : "the label %d has no name, there are %d"
                                    .formatted(number, names.size()));
        }
        if (!names.isEmpty()) {
            return names.get((int) number);
        }
        seen.add(number);
        return numberedName(number);
    }

    private static String numberedName(long number) {
        return "class %d".formatted(number);
    }

    /** Returns names in the order of their numbers, of those seen if they go on without end. */
    public List<String> first() {
        return names.isEmpty() ? seen.stream().map(ClassNames::numberedName).toList() : names;
    }
}
