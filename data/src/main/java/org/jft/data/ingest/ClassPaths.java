package org.jft.data.ingest;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;

/** Collects every class that entries name, and how the classes hang together. */
public final class ClassPaths implements Serializable {
    private final Map<String, TreeSet<String>> parentsOf = new TreeMap<>();

    /** Takes the names of an entry. */
    public void add(Entry entry) {
        entry.claims().forEach(claim -> add(claim.path()));
        if (entry.cleanPaths() != null) {
            entry.cleanPaths().forEach(this::add);
        }
    }

    private void add(List<String> path) {
        String parent = null;
        for (String name : path) {
            TreeSet<String> parents = parentsOf.computeIfAbsent(name, n -> new TreeSet<>());
            if (parent != null) {
                parents.add(parent);
            }
            parent = name;
        }
    }

    /** Takes what another one collected; returns this. */
    public ClassPaths addAll(ClassPaths other) {
        other.parentsOf.forEach(
                (name, parents) ->
                        parentsOf.computeIfAbsent(name, n -> new TreeSet<>()).addAll(parents));
        return this;
    }

    /**
     * Returns all classes: those that the source puts first, then by depth and name.
     *
     * @throws org.jft.core.failure.ConfigException when paths form a cycle
     */
    public Taxonomy taxonomy(Source source) {
        List<String> names = List.copyOf(parentsOf.keySet());
        List<String> first = source.firstClasses(names);
        Taxonomy byName = taxonomy(names); // checks for cycles
        Map<String, Integer> rank = new HashMap<>();
        first.forEach(name -> rank.putIfAbsent(name, rank.size()));
        record Place(int rank, int depth, String name) implements Comparable<Place> {
            @Override
            public int compareTo(Place other) {
                int byRank = Integer.compare(rank, other.rank);
                int byDepth = byRank != 0 ? byRank : Integer.compare(depth, other.depth);
                return byDepth != 0 ? byDepth : name.compareTo(other.name);
            }
        }
        return taxonomy(
                names.stream()
                        .map(
                                name ->
                                        new Place(
                                                rank.getOrDefault(name, first.size()),
                                                byName.depth(byName.find(name).orElseThrow()),
                                                name))
                        .sorted()
                        .map(Place::name)
                        .toList());
    }

    private Taxonomy taxonomy(List<String> names) {
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

    /** Counts the images of every class, upward fill included. Not thread-safe. */
    public static final class Counter {
        private final Taxonomy taxonomy;
        private final long[] images;

        public Counter(Taxonomy taxonomy) {
            this.taxonomy = taxonomy;
            this.images = new long[taxonomy.size()];
        }

        /** Counts an image. */
        public void add(Entry entry) {
            TreeMap<Integer, Float> labels = new TreeMap<>();
            for (Entry.Claim claim : entry.claims()) {
                labels.merge(leaf(taxonomy, claim.path()), claim.confidence(), Math::max);
            }
            for (int id : taxonomy.fillUpward(Labels.of(labels)).ids()) {
                images[id]++;
            }
        }

        /** Returns the images of every class id. */
        public long[] images() {
            return images.clone();
        }
    }

    static int leaf(Taxonomy taxonomy, List<String> path) {
        return taxonomy.find(path.get(path.size() - 1)).orElseThrow();
    }
}
