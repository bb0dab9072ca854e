package org.jft.data.shard;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;

/**
 * Images that take no part, by their keys: what they hold, not where they lie. A text file in
 * UTF-8, one image a line; blank lines and lines that begin with # do not count:
 *
 * <pre>
 *   5f2b0c5d7a7d8e1f00112233445566aa            32 hexadecimal digits
 *   77a0...01 TAB what follows a tab is for people
 * </pre>
 *
 * <p>16 bytes an image in memory, at most 40 while they are read, and a bit for each row of the
 * data set it is applied to. Immutable, thread-safe.
 */
public final class DropList {
    /** Drops nothing. */
    public static final DropList NONE = of(List.of());

    private static final int DIGITS = 2 * SampleKey.LENGTH;

    // [n], ascending by (high, low), distinct
    private final long[] high;
    private final long[] low;

    private DropList(KeyList keys) {
        keys.sortDistinct();
        high = keys.high();
        low = keys.low();
    }

    /** Lists images; one may come twice. */
    public static DropList of(Collection<SampleKey> keys) {
        KeyList list = new KeyList();
        keys.forEach(list::add);
        return new DropList(list);
    }

    /**
     * Reads a list.
     *
     * @param file as a config names it; null for {@link #NONE}
     * @throws ConfigException naming the file and the line when it cannot be read
     */
    public static DropList load(String file) {
        return file == null ? NONE : load(Path.of(file));
    }

    private static DropList load(Path file) {
        KeyList keys = new KeyList();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 0;
            for (String next = lines.readLine(); next != null; next = lines.readLine()) {
                number++;
                String line = next.strip();
                if (!line.isEmpty() && !line.startsWith("#")) {
                    keys.add(key(file, number, line));
                }
            }
        } catch (MalformedInputException e) {
            throw new ConfigException("%s: not UTF-8 text".formatted(file), e);
        } catch (IOException e) {
            throw new ConfigException("%s: no such list of images to drop".formatted(file), e);
        }
        return new DropList(keys);
    }

    private static SampleKey key(Path file, int number, String line) {
        String field = line.split("\t", 2)[0].strip();
        try {
            return SampleKey.parse(field);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    "%s line %d: a key has %d hexadecimal digits, not '%s'"
                            .formatted(file, number, DIGITS, field),
                    e);
        }
    }

    /** Returns whether nothing is listed. */
    public boolean isEmpty() {
        return high.length == 0;
    }

    /** Returns the keys, ascending, each once. */
    public Stream<SampleKey> keys() {
        return IntStream.range(0, high.length).mapToObj(i -> new SampleKey(high[i], low[i]));
    }

    /** Returns whether an image is listed. */
    public boolean contains(SampleKey key) {
        int from = 0;
        int to = high.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int order = Long.compare(high[middle], key.high());
            order = order == 0 ? Long.compare(low[middle], key.low()) : order;
            if (order == 0) {
                return true;
            } else if (order < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return false;
    }
}
