package org.jft.data.ingest;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.ClassMask;
import org.jft.data.annotation.PixelMap;
import org.jft.data.shard.Sample;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;

/**
 * From what entries claim to the classes that are kept. A class is its name: a tag and a folder of
 * the same name are one class. Rare classes are left out; an image of one counts for the nearest
 * classes above that are kept.
 */
public final class LabelSpace implements Serializable {
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
     * @param everything all classes that are named anywhere
     * @param images training images of each, upward fill included; every kept class has at least
     *     {@code minImages} of them, so the ancestors of a kept class are kept
     * @throws ConfigException when no class is left
     */
    public static LabelSpace of(Taxonomy everything, long[] images, long minImages) {
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

    /** Returns the classes that are kept. */
    public Taxonomy taxonomy() {
        return kept;
    }

    /** Returns how many classes were left out for having too few images. */
    public int droppedClasses() {
        return everything.size() - kept.size();
    }

    /**
     * Returns the row of an image that can be used.
     *
     * @param image as it was prepared
     */
    public Sample sample(Entry entry, ImageCheck.Checked image) {
        return new Sample(
                image.image(),
                entry.path(),
                image.header().width(),
                image.header().height(),
                labels(entry),
                cleanLabels(entry),
                entry.annotated() == null ? null : annotations(entry.annotated(), image.moved()));
    }

    /** Returns annotations with the ids of the kept classes, after the pixels moved. */
    private Annotations annotations(Annotated annotated, PixelMap moved) {
        if (annotated.annotations().mask() != null && kept.size() > ClassMask.MAX_CLASSES) {
            throw new ConfigException(
                    "masks of classes have numbers for %d classes, there are %d: raise --min-images"
                            .formatted(ClassMask.MAX_CLASSES, kept.size()));
        }
        int[] ids = new int[annotated.classes().size()];
        for (int i = 0; i < ids.length; i++) {
            int id = everything.find(annotated.classes().get(i)).orElse(-1);
            ids[i] = id < 0 || keptIds[id].length == 0 ? -1 : keptIds[id][0];
        }
        Annotations annotations = annotated.annotations().withClasses(ids);
        return moved == null ? annotations : annotations.moved(moved, new int[0]);
    }

    /** Returns an entry's labels among the kept classes; two claims of one class: the larger. */
    private Labels labels(Entry entry) {
        TreeMap<Integer, Float> labels = new TreeMap<>();
        for (Entry.Claim claim : entry.claims()) {
            for (int id : keptIds[ClassPaths.leaf(everything, claim.path())]) {
                labels.merge(id, claim.confidence(), Math::max);
            }
        }
        return Labels.of(labels);
    }

    /** Returns an entry's true classes among the kept ones, ascending; null when not known. */
    private int[] cleanLabels(Entry entry) {
        if (entry.cleanPaths() == null) {
            return null;
        }
        return entry.cleanPaths().stream()
                .flatMapToInt(path -> Arrays.stream(keptIds[ClassPaths.leaf(everything, path)]))
                .distinct()
                .sorted()
                .toArray();
    }
}
