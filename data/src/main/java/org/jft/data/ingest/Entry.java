package org.jft.data.ingest;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * One image as a source lists it, before its bytes were read.
 *
 * @param path where the image is, relative to the source; kept in the data set for reports
 * @param row position in its part of the source, for reports: a line of a manifest, a row of a file
 * @param place where the source finds its bytes
 * @param claims what the labels say; may be empty
 * @param cleanPaths the true classes as paths from root to leaf; null when they are not known
 * @param split {@link #TRAIN}, {@link #TEST}, or null when the source does not say
 * @param supplier who supplied the image, for {@code --test-source}; null when unknown
 * @param group what must stay on one side of a split; null when the image stands alone and its path
 *     does not depend on what else is imported
 * @param annotated what the source says of places in the image; null when it says nothing of any
 * @param problem why the source knows that it cannot be used; null when it may be
 */
public record Entry(
        String path,
        long row,
        Place place,
        List<Claim> claims,
        List<List<String>> cleanPaths,
        String split,
        String supplier,
        String group,
        Annotated annotated,
        String problem)
        implements Serializable {
    /** Name of the split that is learned from. */
    public static final String TRAIN = "train";

    /** Name of the held-out split. */
    public static final String TEST = "test";

    public Entry {
        requireNonNull(path, "path");
        requireNonNull(place, "place");
        claims = List.copyOf(claims);
        cleanPaths = cleanPaths == null ? null : List.copyOf(cleanPaths);
    }

    /**
     * Where a source finds an image.
     *
     * @param part of the source, see {@link Source#parts}
     * @param offset byte, row or nothing, as the source likes
     * @param length bytes; 0 where the source does not need it
     */
    public record Place(int part, long offset, int length) implements Serializable {}

    /**
     * A label: the image belongs to the last class of the path and so to all before it.
     *
     * @param path class names from root to leaf, at least one; a tag is a path of one
     * @param confidence in [0, 1]
     */
    public record Claim(List<String> path, float confidence) implements Serializable {
        public Claim {
            path = List.copyOf(path);
        }
    }

    /** Returns an image of which the source knows labels and nothing else. */
    static Entry of(String path, long row, Place place, List<Claim> claims, String split) {
        return of(path, row, place, claims, split, null);
    }

    /** The same of a group. */
    static Entry of(
            String path, long row, Place place, List<Claim> claims, String split, String group) {
        return new Entry(path, row, place, claims, null, split, null, group, null, null);
    }

    /** Returns an image whose labels are the classes of what is in it. */
    static Entry annotated(String path, long row, int part, String split, Annotated annotated) {
        return new Entry(
                path,
                row,
                new Place(part, 0, 0),
                annotated.claims(),
                null,
                split,
                null,
                null,
                annotated,
                null);
    }

    /** Returns an image that goes to quarantine unread. */
    static Entry unusable(String path, long row, int part, String split, String problem) {
        return new Entry(
                path,
                row,
                new Place(part, 0, 0),
                List.of(),
                null,
                split,
                null,
                null,
                null,
                problem);
    }

    /** Returns whether the split is the held-out one. */
    public boolean heldOut() {
        return TEST.equals(split);
    }

    Entry inSplit(String other) {
        return new Entry(
                path, row, place, claims, cleanPaths, other, supplier, group, annotated, problem);
    }

    /**
     * Returns this entry with another one's claims added: the same image, filed twice. Of two equal
     * claims the more confident one stays, so that an image filed a million times stays small.
     */
    public Entry with(Entry duplicate) {
        Map<List<String>, Claim> united = new LinkedHashMap<>();
        for (List<Claim> some : List.of(claims, duplicate.claims)) {
            some.forEach(
                    claim ->
                            united.merge(
                                    claim.path,
                                    claim,
                                    (a, b) -> a.confidence >= b.confidence ? a : b));
        }
        List<List<String>> clean = cleanPaths == null ? duplicate.cleanPaths : cleanPaths;
        if (cleanPaths != null && duplicate.cleanPaths != null) {
            LinkedHashSet<List<String>> both = new LinkedHashSet<>(cleanPaths);
            both.addAll(duplicate.cleanPaths);
            clean = List.copyOf(both);
        }
        return new Entry(
                path,
                row,
                place,
                List.copyOf(united.values()),
                clean,
                split,
                supplier,
                group,
                annotated == null || duplicate.annotated == null
                        ? annotated
                        : annotated.with(duplicate.annotated),
                problem);
    }
}
