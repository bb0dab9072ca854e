package org.jft.data.inspect;

import java.util.Arrays;
import java.util.List;
import org.jft.data.image.SampleRandom;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.ClassStatistics;
import org.jft.data.taxonomy.Labels;

/**
 * What is in a data set, counted from its small columns; no image is read. 8 bytes of memory a row,
 * for the duplicates, and 8 a label of at most half a million images, for the doubtful tags.
 *
 * @param classes the long tail, labels per image, label noise
 * @param observedLabels images by number of labels, as observed
 * @param filledLabels the same after upward fill
 * @param shortSides images by their shorter side, pixels
 * @param longSides images by their longer side, pixels
 * @param imageBytes images by their length, bytes
 * @param totalBytes of all images
 * @param duplicates rows whose bytes an earlier row has, too
 * @param doubtfulNames classes whose name says little
 * @param doubtfulTags classes whose label says little, by the other labels beside it or by the
 *     truth
 * @param judgedTags classes with enough images and other labels beside them to tell
 */
public record Survey(
        ClassStatistics classes,
        Histogram observedLabels,
        Histogram filledLabels,
        Histogram shortSides,
        Histogram longSides,
        Histogram imageBytes,
        long totalBytes,
        long duplicates,
        List<DoubtfulName> doubtfulNames,
        List<DoubtfulTag> doubtfulTags,
        int judgedTags) {
    private static final int MOST_LABELS = 20;
    private static final int MOST_COMPARED = 500_000; // images

    /** Counts every row. */
    public static Survey of(DataSet data) {
        ClassStatistics.Counter classes = new ClassStatistics.Counter(data.taxonomy());
        Histogram observed = Histogram.ofUnits(MOST_LABELS);
        Histogram filled = Histogram.ofUnits(MOST_LABELS);
        Histogram shortSides = Histogram.doubling();
        Histogram longSides = Histogram.doubling();
        Histogram imageBytes = Histogram.doubling();
        Companions companions = new Companions(data.taxonomy());
        double compared = Math.min(1, (double) MOST_COMPARED / data.rowCount());
        long totalBytes = 0;
        long[] keys = new long[Math.toIntExact(data.rowCount())];
        for (int row = 0; row < keys.length; row++) {
            Labels labels = data.labels(row);
            Labels filledLabels = data.taxonomy().fillUpward(labels);
            classes.add(labels, data.cleanLabels(row));
            observed.add(labels.size());
            filled.add(filledLabels.size());
            shortSides.add(Math.min(data.width(row), data.height(row)));
            longSides.add(Math.max(data.width(row), data.height(row)));
            imageBytes.add(data.imageBytes(row));
            totalBytes += data.imageBytes(row);
            if (SampleRandom.of(0, 0, row).uniform(0) < compared) {
                companions.add(labels, filledLabels);
            }
            keys[row] = data.key(row).high(); // 64 bits of SHA-256: no two images by chance
        }
        ClassStatistics statistics = classes.statistics();
        List<Companions.Lift> lifts = companions.lifts(DoubtfulTag.LEAST_IMAGES);
        return new Survey(
                statistics,
                observed,
                filled,
                shortSides,
                longSides,
                imageBytes,
                totalBytes,
                duplicates(keys),
                DoubtfulName.of(data.taxonomy()),
                DoubtfulTag.of(statistics, lifts),
                lifts.size());
    }

    private static long duplicates(long[] keys) {
        Arrays.sort(keys);
        long equal = 0;
        for (int i = 1; i < keys.length; i++) {
            equal += keys[i] == keys[i - 1] ? 1 : 0;
        }
        return equal;
    }
}
