package org.jft.data.ingest;

import java.nio.file.Path;
import java.util.List;

/**
 * What became of every image of an import: rows written + duplicates + leaks + quarantined =
 * listed.
 *
 * @param listed images in the source
 * @param splits the data sets that were written
 * @param classes kept
 * @param droppedClasses left out for having too few training images
 * @param duplicates byte-identical images within a split; the first was kept, with all labels
 * @param leaks training images dropped because the test split has the same bytes
 * @param quarantined unusable images, listed in quarantine.tsv
 */
public record ImportReport(
        long listed,
        List<Split> splits,
        int classes,
        int droppedClasses,
        long duplicates,
        long leaks,
        long quarantined) {

    /**
     * One data set.
     *
     * @param labels image-label pairs, not filled upward
     */
    public record Split(String name, Path folder, long rows, long labels) {}
}
