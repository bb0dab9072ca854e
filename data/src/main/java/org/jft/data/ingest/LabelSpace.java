package org.jft.data.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;

/**
 * From what entries claim to the classes that are kept. A class is its name: a tag and a folder of
 * the same name are one class. Rare classes are left out; an image of one counts for the nearest
 * classes above that are kept.
 */
final class LabelSpace {
    private final Taxonomy everything;
    private final Taxonomy kept;
    private final int[][] keptIds; // of each class of everything, ascending

    private LabelSpace(Taxonomy everything, Taxonomy kept, int[][] keptIds) {
        this.everything = everything;
        this.kept = kept;
        this.keptIds = keptIds;
    }

    /**
     * Builds the space.
     *
     * @param all entries whose paths say how classes hang together
     * @param counted entries whose images are counted; every kept class has at least {@code
     *     minImages} of them, upward fill included, so the ancestors of a kept class are kept
     * @param first names that take the first ids, those of them that are kept
     * @throws ConfigException when paths form a cycle or no class is left
     */
    static LabelSpace of(
            Collection<Entry> all, Collection<Entry> counted, long minImages, List<String> first) {
        Taxonomy everything = everything(all, first);
        long[] images = new long[everything.size()];
        for (Entry entry : counted) {
            for (int id : everything.fillUpward(claimed(everything, entry)).ids()) {
                images[id]++;
            }
        }
        BitSet keep = new BitSet();
        IntStream.range(0, images.length).filter(id -> images[id] >= minImages).forEach(keep::set);
        if (keep.isEmpty()) {
            throw new ConfigException(nothingLeft(everything, images, minImages));
        }
        int[] newId = new int[images.length];
        int[] keptInOrder = keep.stream().toArray();
        for (int i = 0; i < keptInOrder.length; i++) {
            newId[keptInOrder[i]] = i;
        }
        List<TaxonomyClass> classes = new ArrayList<>();
        for (int id : keptInOrder) {
            List<Integer> parents =
                    IntStream.of(everything.parents(id)).map(p -> newId[p]).boxed().toList();
            classes.add(new TaxonomyClass(newId[id], everything.name(id), parents));
        }
        int[][] keptIds = new int[images.length][];
        for (int id = 0; id < keptIds.length; id++) {
            keptIds[id] =
                    IntStream.of(keep.get(id) ? new int[] {id} : everything.nearest(id, keep))
                            .map(k -> newId[k])
                            .toArray();
        }
        return new LabelSpace(everything, Taxonomy.of(classes), keptIds);
    }

    private static String nothingLeft(Taxonomy everything, long[] images, long minImages) {
        return IntStream.range(0, images.length)
                .boxed()
                .max(Comparator.comparingLong(id -> images[id]))
                .map(
                        id ->
                                ("no class has %d images; the largest, '%s', has %d:"
                                                + " lower --min-images")
                                        .formatted(minImages, everything.name(id), images[id]))
                .orElse("no image has a label");
    }

    /** Every class that is named anywhere: the given ones first, then by depth and name. */
    private static Taxonomy everything(Collection<Entry> entries, List<String> first) {
        Map<String, TreeSet<String>> parentsOf = new TreeMap<>();
        for (Entry entry : entries) {
            entry.claims().forEach(claim -> addPath(claim.path(), parentsOf));
            if (entry.cleanPaths() != null) {
                entry.cleanPaths().forEach(path -> addPath(path, parentsOf));
            }
        }
        List<String> names = List.copyOf(parentsOf.keySet());
        Taxonomy byName = taxonomy(names, parentsOf); // checks for cycles
        Map<String, Integer> rank = new HashMap<>();
        first.forEach(name -> rank.putIfAbsent(name, rank.size()));
        List<String> ordered =
                names.stream()
                        .sorted(
                                Comparator.<String>comparingInt(
                                                n -> rank.getOrDefault(n, first.size()))
                                        .thenComparingInt(
                                                n -> byName.depth(byName.find(n).orElseThrow()))
                                        .thenComparing(Comparator.naturalOrder()))
                        .toList();
        return taxonomy(ordered, parentsOf);
    }

    private static void addPath(List<String> path, Map<String, TreeSet<String>> parentsOf) {
        String parent = null;
        for (String name : path) {
            TreeSet<String> parents = parentsOf.computeIfAbsent(name, n -> new TreeSet<>());
            if (parent != null) {
                parents.add(parent);
            }
            parent = name;
        }
    }

    private static Taxonomy taxonomy(List<String> names, Map<String, TreeSet<String>> parentsOf) {
        Map<String, Integer> ids = new HashMap<>();
        names.forEach(name -> ids.put(name, ids.size()));
        return Taxonomy.of(
                names.stream()
                        .map(
                                name ->
                                        new TaxonomyClass(
                                                ids.get(name),
                                                name,
                                                parentsOf.get(name).stream()
                                                        .map(ids::get)
                                                        .sorted()
                                                        .toList()))
                        .toList());
    }

    private static Labels claimed(Taxonomy taxonomy, Entry entry) {
        TreeMap<Integer, Float> labels = new TreeMap<>();
        for (Entry.Claim claim : entry.claims()) {
            labels.merge(leaf(taxonomy, claim.path()), claim.confidence(), Math::max);
        }
        return Labels.of(labels);
    }

    private static int leaf(Taxonomy taxonomy, List<String> path) {
        return taxonomy.find(path.get(path.size() - 1)).orElseThrow();
    }

    /** Returns the classes that are kept. */
    Taxonomy taxonomy() {
        return kept;
    }

    /** Returns how many classes were left out for having too few images. */
    int droppedClasses() {
        return everything.size() - kept.size();
    }

    /** Returns an entry's labels among the kept classes; two claims of one class: the larger. */
    Labels labels(Entry entry) {
        TreeMap<Integer, Float> labels = new TreeMap<>();
        for (Entry.Claim claim : entry.claims()) {
            for (int id : keptIds[leaf(everything, claim.path())]) {
                labels.merge(id, claim.confidence(), Math::max);
            }
        }
        return Labels.of(labels);
    }

    /** Returns an entry's true classes among the kept ones, ascending; null when not known. */
    int[] cleanLabels(Entry entry) {
        if (entry.cleanPaths() == null) {
            return null;
        }
        return entry.cleanPaths().stream()
                .flatMapToInt(path -> Arrays.stream(keptIds[leaf(everything, path)]))
                .distinct()
                .sorted()
                .toArray();
    }
}
