package org.jft.data.taxonomy;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;

/**
 * The classes of a data set and their hierarchy, a directed acyclic graph: {@code apple -> fruit}
 * says that an image of an apple is an image of a fruit. Ancestors are computed once. Immutable;
 * the arrays handed out are not copied: do not write to them.
 */
public final class Taxonomy implements Serializable {
    /** The file's name in a data set folder. */
    public static final String FILE_NAME = "taxonomy.json";

    private final List<TaxonomyClass> classes;
    private final Map<String, Integer> idOfName;
    private final int[][] parents;
    private final int[][] children;
    private final int[][] ancestors;
    private final int[] depth;

    private Taxonomy(List<TaxonomyClass> classes) {
        this.classes = classes;
        this.idOfName = new HashMap<>();
        this.parents = new int[classes.size()][];
        for (TaxonomyClass c : classes) {
            idOfName.put(c.name(), c.id());
            parents[c.id()] = c.parents().stream().mapToInt(p -> p).sorted().toArray();
        }
        this.children = childrenOf(parents);
        this.depth = new int[classes.size()];
        this.ancestors = new int[classes.size()][];
        for (int id : parentsFirst(classes, parents, children)) {
            BitSet above = new BitSet();
            for (int parent : parents[id]) {
                above.set(parent);
                IntStream.of(ancestors[parent]).forEach(above::set);
                depth[id] = Math.max(depth[id], depth[parent] + 1);
            }
            ancestors[id] = above.stream().toArray();
        }
    }

    /**
     * Checks and orders the classes.
     *
     * @throws ConfigException naming the class when ids are not 0..n-1, a name is empty or taken, a
     *     parent is missing or listed twice, or the hierarchy has a cycle
     */
    public static Taxonomy of(Collection<TaxonomyClass> classes) {
        List<TaxonomyClass> ordered =
                classes.stream().sorted(Comparator.comparingInt(TaxonomyClass::id)).toList();
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < ordered.size(); i++) {
            TaxonomyClass c = ordered.get(i);
            check(
                    c.id() == i,
                    "class ids must be 0 to %s, each once, but the class after %s is %s ('%s')",
                    ordered.size() - 1,
                    i - 1,
                    c.id(),
                    c.name());
            check(!c.name().isBlank(), "class %s has an empty name", i);
            Integer other = seen.put(c.name(), i);
            check(other == null, "classes %s and %s are both named '%s'", other, i, c.name());
            for (int parent : c.parents()) {
                check(
                        parent >= 0 && parent < ordered.size(),
                        "class %s ('%s') has the parent %s, which does not exist",
                        i,
                        c.name(),
                        parent);
            }
            check(
                    c.parents().stream().distinct().count() == c.parents().size(),
                    "class %s ('%s') lists a parent twice: %s",
                    i,
                    c.name(),
                    c.parents());
        }
        return new Taxonomy(ordered);
    }

    /** Returns classes without any hierarchy, ids in list order. */
    public static Taxonomy flat(List<String> names) {
        return of(
                IntStream.range(0, names.size())
                        .mapToObj(i -> new TaxonomyClass(i, names.get(i), List.of()))
                        .toList());
    }

    /** Reads and checks a {@code taxonomy.json}. */
    public static Taxonomy load(Path file) {
        return TaxonomyFile.read(file);
    }

    /**
     * Reads and checks the text of a {@code taxonomy.json}.
     *
     * @param file its name, for messages
     */
    public static Taxonomy parse(byte[] text, String file) {
        return TaxonomyFile.parse(text, file);
    }

    /** Writes {@code taxonomy.json}; equal taxonomies give equal bytes. */
    public void save(Path file) {
        TaxonomyFile.write(this, file);
    }

    /** Returns the number of classes. */
    public int size() {
        return classes.size();
    }

    /** Returns the classes, ids ascending. */
    public List<TaxonomyClass> classes() {
        return classes;
    }

    public String name(int id) {
        return classes.get(id).name();
    }

    /** Returns the names, ids ascending. */
    public List<String> names() {
        return classes.stream().map(TaxonomyClass::name).toList();
    }

    /** Returns the id of the class with exactly this name. */
    public OptionalInt find(String name) {
        Integer id = idOfName.get(name);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Returns the direct parents, ascending. */
    public int[] parents(int id) {
        return parents[id];
    }

    /** Returns the direct children, ascending. */
    public int[] children(int id) {
        return children[id];
    }

    /** Returns every class above, ascending, without {@code id} itself. */
    public int[] ancestors(int id) {
        return ancestors[id];
    }

    /** Returns every class below, without {@code id} itself. */
    public BitSet descendants(int id) {
        BitSet below = new BitSet();
        ArrayDeque<Integer> open = new ArrayDeque<>(List.of(id));
        while (!open.isEmpty()) {
            for (int child : children[open.pop()]) {
                if (!below.get(child)) {
                    below.set(child);
                    open.push(child);
                }
            }
        }
        return below;
    }

    /** Returns the ancestors among {@code kept} without one of {@code kept} between, ascending. */
    public int[] nearest(int id, BitSet kept) {
        BitSet above = new BitSet();
        IntStream.of(ancestors[id]).filter(kept::get).forEach(above::set);
        for (int ancestor : above.stream().toArray()) {
            IntStream.of(ancestors[ancestor]).forEach(above::clear);
        }
        return above.stream().toArray();
    }

    public boolean hasChildren(int id) {
        return children[id].length > 0;
    }

    /** Returns the length of the longest way up: 0 for a class without parents. */
    public int depth(int id) {
        return depth[id];
    }

    /**
     * Adds every ancestor of every label; the confidence of a class is the largest one among its
     * own and those of its labelled descendants. Filling twice changes nothing.
     */
    public Labels fillUpward(Labels labels) {
        int capacity = labels.size();
        for (int id : labels.ids()) {
            capacity += ancestors[id].length;
        }
        if (capacity == labels.size()) {
            return labels;
        }
        // (id, confidence) in one long: confidences are not negative, so their bits sort as they do
        long[] pairs = new long[capacity];
        int size = 0;
        for (int i = 0; i < labels.size(); i++) {
            int id = labels.ids()[i];
            long confidence = Float.floatToRawIntBits(labels.confidences()[i]);
            pairs[size++] = (long) id << 32 | confidence;
            for (int ancestor : ancestors[id]) {
                pairs[size++] = (long) ancestor << 32 | confidence;
            }
        }
        Arrays.sort(pairs);
        int distinct = 0;
        for (int i = 0; i < size; i++) {
            boolean largestOfItsId = i + 1 == size || pairs[i] >>> 32 != pairs[i + 1] >>> 32;
            if (largestOfItsId) {
                pairs[distinct++] = pairs[i];
            }
        }
        int[] ids = new int[distinct];
        float[] confidences = new float[distinct];
        for (int i = 0; i < distinct; i++) {
            ids[i] = (int) (pairs[i] >>> 32);
            confidences[i] = Float.intBitsToFloat((int) pairs[i]);
        }
        return new Labels(ids, confidences);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Taxonomy taxonomy && classes.equals(taxonomy.classes);
    }

    @Override
    public int hashCode() {
        return classes.hashCode();
    }

    @Override
    public String toString() {
        return "Taxonomy[%d classes]".formatted(size());
    }

    private static int[][] childrenOf(int[][] parents) {
        int[] count = new int[parents.length];
        for (int[] above : parents) {
            for (int parent : above) {
                count[parent]++;
            }
        }
        int[][] children = new int[parents.length][];
        Arrays.setAll(children, id -> new int[count[id]]);
        for (int id = parents.length - 1; id >= 0; id--) {
            for (int parent : parents[id]) {
                children[parent][--count[parent]] = id;
            }
        }
        return children;
    }

    /** Orders ids so that parents come first (Kahn's algorithm); what is left over is a cycle. */
    private static int[] parentsFirst(
            List<TaxonomyClass> classes, int[][] parents, int[][] children) {
        int[] missing = Arrays.stream(parents).mapToInt(above -> above.length).toArray();
        int[] order = new int[parents.length];
        int size = 0;
        for (int id = 0; id < parents.length; id++) {
            if (missing[id] == 0) {
                order[size++] = id;
            }
        }
        for (int next = 0; next < size; next++) {
            for (int child : children[order[next]]) {
                if (--missing[child] == 0) {
                    order[size++] = child;
                }
            }
        }
        if (size < parents.length) {
            throw new ConfigException(
                    "the hierarchy has a cycle: " + cycle(classes, parents, missing));
        }
        return order;
    }

    /** Walks up through classes that still miss a parent until one comes again. */
    private static String cycle(List<TaxonomyClass> classes, int[][] parents, int[] missing) {
        int id =
                IntStream.range(0, missing.length)
                        .filter(i -> missing[i] > 0)
                        .findFirst()
                        .orElseThrow();
        List<Integer> walk = new ArrayList<>();
        while (!walk.contains(id)) {
            walk.add(id);
            id = IntStream.of(parents[id]).filter(p -> missing[p] > 0).findFirst().orElseThrow();
        }
        StringBuilder text = new StringBuilder();
        for (int step : walk.subList(walk.indexOf(id), walk.size())) {
            text.append("'%s' -> ".formatted(classes.get(step).name()));
        }
        return text.append("'%s'".formatted(classes.get(id).name())).toString();
    }

    private static void check(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new ConfigException(rule.formatted(values));
        }
    }
}
