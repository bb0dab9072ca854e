package org.jft.data.ingest;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/**
 * One image as a source lists it, before its bytes were read.
 *
 * @param path where the image is, relative to the source; kept in the data set for reports
 * @param row position in the source, for reports: a line of a manifest, a row of an IDX file
 * @param claims what the labels say; may be empty
 * @param cleanPaths the true classes as paths from root to leaf; null when they are not known
 * @param split {@link #TRAIN}, {@link #TEST}, or null when the source does not say
 * @param source who supplied the image, for {@code --test-source}; null when unknown
 * @param group what must stay on one side of a split; null when the image stands alone
 */
public record Entry(
        String path,
        long row,
        List<Claim> claims,
        List<List<String>> cleanPaths,
        String split,
        String source,
        String group) {
    /** Name of the split that is learned from. */
    public static final String TRAIN = "train";

    /** Name of the held-out split. */
    public static final String TEST = "test";

    public Entry {
        requireNonNull(path, "path");
        claims = List.copyOf(claims);
        cleanPaths = cleanPaths == null ? null : List.copyOf(cleanPaths);
    }

    /**
     * A label: the image belongs to the last class of the path and so to all before it.
     *
     * @param path class names from root to leaf, at least one; a tag is a path of one
     * @param confidence in [0, 1]
     */
    public record Claim(List<String> path, float confidence) {
        public Claim {
            path = List.copyOf(path);
        }
    }

    Entry inSplit(String other) {
        return new Entry(path, row, claims, cleanPaths, other, source, group);
    }

    /** Returns this entry with another one's claims added: the same image, filed twice. */
    Entry with(Entry duplicate) {
        List<Claim> allClaims = new ArrayList<>(claims);
        allClaims.addAll(duplicate.claims);
        List<List<String>> allClean = cleanPaths;
        if (duplicate.cleanPaths != null) {
            allClean = new ArrayList<>(cleanPaths == null ? List.of() : cleanPaths);
            allClean.addAll(duplicate.cleanPaths);
        }
        return new Entry(path, row, allClaims, allClean, split, source, group);
    }
}
