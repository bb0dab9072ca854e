package org.jft.data.ingest;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;

/** Names of classes that archives give by number. Immutable. */
public final class ClassNames implements Serializable {
    private static final String NUMBERED = "class ";
    private static final Pattern NUMBER = Pattern.compile(NUMBERED + "(0|[1-9]\\d{0,17})");

    private final List<String> names; // empty: "class 0", "class 1", ...

    private ClassNames(List<String> names) {
        this.names = names;
    }

    /** Returns the names "class 0", "class 1" and so on, without end. */
    public static ClassNames numbered() {
        return new ClassNames(List.of());
    }

    /** Returns the given names: element k is class k; numbered classes when there are none. */
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
        return names.isEmpty() ? NUMBERED + number : names.get((int) number);
    }

    /** Returns names in the order of their numbers, of those seen if they go on without end. */
    public List<String> first(Collection<String> seen) {
        if (!names.isEmpty()) {
            return names;
        }
        return seen.stream()
                .filter(name -> NUMBER.matcher(name).matches())
                .sorted(
                        Comparator.comparingLong(
                                name -> Long.parseLong(name.substring(NUMBERED.length()))))
                .toList();
    }

    @Override
    public String toString() {
        return names.isEmpty() ? "numbered classes" : names.toString();
    }
}
