package org.jft.data.dedup;

import java.util.List;

/**
 * What was found.
 *
 * @param train the training set; of its near-duplicates those of any evaluation set count
 * @param pairs of a training and an evaluation picture
 */
public record DedupSummary(Counts train, List<Counts> evaluation, long pairs) {
    /**
     * The pictures of one data set.
     *
     * @param plain cannot be told from others by a hash: blank, a gradient, a few shapes
     * @param nearDuplicates with at least one near-duplicate on the other side, by any test
     * @param identical of these, with one of the same bytes
     * @param dropList name of the file that lists these
     */
    public record Counts(
            String location,
            String fingerprint,
            long images,
            long unreadable,
            long plain,
            long nearDuplicates,
            long identical,
            String dropList) {
        /** Returns the share with a near-duplicate, 0..1. */
        public double share() {
            return images == 0 ? 0 : (double) nearDuplicates / images;
        }
    }
}
