package org.jft.data.taxonomy;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jft.core.config.Nearest;
import org.jft.core.failure.ConfigException;

/**
 * From the classes of a data set to those of a list, numbered in its order. A label outside the
 * list counts for the nearest listed classes above it, those with no listed one between; without
 * any it is dropped. Filling upward in the list's hierarchy then gives what filling first and
 * keeping the listed ones would have given.
 *
 * <pre>
 *   data set:  food > fruit > apple            list:  food, apple      apple -> apple
 *              food > fruit > pear                                     pear  -> food
 *              tool                                                    tool  -> (dropped)
 * </pre>
 *
 * <p>Immutable, thread-safe.
 */
public final class ClassMapping {
    private final Taxonomy listed;
    private final int[][] idsOf; // of each class of the data set

    private ClassMapping(Taxonomy listed, int[][] idsOf) {
        this.listed = listed;
        this.idsOf = idsOf;
    }

    /**
     * Maps to a list of names.
     *
     * @param from the data set's classes
     * @param names in the order of the new ids
     * @throws ConfigException when there is no name, one comes twice or is no class of the data set
     */
    public static ClassMapping of(Taxonomy from, List<String> names) {
        if (names.isEmpty()) {
            throw new ConfigException("lists no class");
        }
        int[] oldIds = new int[names.size()];
        int[] newIds = new int[from.size()];
        BitSet kept = new BitSet();
        for (int i = 0; i < oldIds.length; i++) {
            String name = names.get(i);
            oldIds[i] = from.find(name).orElseThrow(() -> noSuchClass(from, name));
            newIds[oldIds[i]] = i;
            if (kept.get(oldIds[i])) {
                throw new ConfigException("lists '%s' twice".formatted(name));
            }
            kept.set(oldIds[i]);
        }
        List<TaxonomyClass> classes = new ArrayList<>();
        for (int i = 0; i < oldIds.length; i++) {
            List<Integer> parents =
                    IntStream.of(from.nearest(oldIds[i], kept)).mapToObj(p -> newIds[p]).toList();
            classes.add(new TaxonomyClass(i, names.get(i), parents));
        }
        int[][] idsOf = new int[from.size()][];
        for (int id = 0; id < idsOf.length; id++) {
            idsOf[id] =
                    IntStream.of(kept.get(id) ? new int[] {id} : from.nearest(id, kept))
                            .map(k -> newIds[k])
                            .toArray();
        }
        return new ClassMapping(Taxonomy.of(classes), idsOf);
    }

    /**
     * Reads a list: UTF-8, one name a line; blank lines and the space around names do not count.
     *
     * @throws ConfigException naming the file when it cannot be read or does not fit
     */
    public static ClassMapping load(Taxonomy from, Path file) {
        try {
            List<String> names =
                    Files.readAllLines(file).stream()
                            .map(String::strip)
                            .filter(name -> !name.isEmpty())
                            .toList();
            return of(from, names);
        } catch (ConfigException e) {
            throw new ConfigException("%s: %s".formatted(file, e.getMessage()), e);
        } catch (MalformedInputException e) {
            throw new ConfigException("%s: not UTF-8 text".formatted(file), e);
        } catch (IOException e) {
            throw new ConfigException("%s: no such list of classes".formatted(file), e);
        }
    }

    /** Returns the listed classes; a listed class's parents are the nearest listed ones above. */
    public Taxonomy taxonomy() {
        return listed;
    }

    /** Maps; of two labels that become one the larger confidence counts. */
    public Labels map(Labels labels) {
        TreeMap<Integer, Float> confidenceOf = new TreeMap<>();
        for (int i = 0; i < labels.size(); i++) {
            for (int id : idsOf[labels.ids()[i]]) {
                confidenceOf.merge(id, labels.confidences()[i], Math::max);
            }
        }
        return Labels.of(confidenceOf);
    }

    /**
     * Returns one listed class for each of the data set's, for what has a single class: itself or
     * the first of the nearest listed ones above; -1 where there is none.
     */
    public int[] nearest() {
        return Arrays.stream(idsOf).mapToInt(ids -> ids.length == 0 ? -1 : ids[0]).toArray();
    }

    /** Returns whether any label is listed or stands below a listed class. */
    public boolean covers(Labels labels) {
        return IntStream.of(labels.ids()).anyMatch(id -> idsOf[id].length > 0);
    }

    private static ConfigException noSuchClass(Taxonomy from, String name) {
        return new ConfigException(
                "'%s' is no class of the data set; the nearest is '%s'"
                        .formatted(name, Nearest.to(name, from.names())));
    }
}
