package org.jft.eval.transfer.detection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The detections of one class over all images, each judged by up to 64 criteria. Equal scores rank
 * by image id, then by place in the image, so nothing depends on the order of arrival. About 52
 * bytes a detection.
 */
final class Ranking {
    /**
     * @param place among the image's detections of the class, best first; 0 is the best
     * @param hits bit c is set where criterion c finds a true positive
     * @param misses bit c is set where it finds a false positive; neither: it does not count
     */
    private record Entry(float score, long image, int place, long hits, long misses) {}

    private static final Comparator<Entry> ORDER =
            bestFirst(Entry::score).thenComparingLong(Entry::image).thenComparingInt(Entry::place);

    private final List<Entry> entries = new ArrayList<>();
    private boolean sorted;

    /** Orders by falling score. */
    static <T> Comparator<T> bestFirst(ToDoubleFunction<T> score) {
        // 0 - x, not -x: a score of -0 ties with one of 0.
        return Comparator.comparingDouble(item -> 0 - score.applyAsDouble(item));
    }

    void add(float score, long image, int place, long hits, long misses) {
        if ((hits | misses) != 0) {
            entries.add(new Entry(score, image, place, hits, misses));
            sorted = false;
        }
    }

    void addAll(Ranking other) {
        entries.addAll(other.entries);
        sorted = false;
    }

    /**
     * Returns the envelope of the precision-recall curve: at [j] the best precision of any cut of
     * the ranking with more than j true positives. Its length is their number.
     *
     * @param deepest only the best so many of an image are ranked
     */
    double[] envelope(int criterion, int deepest) {
        sort();
        double[] precision = new double[entries.size()];
        int hits = 0;
        int counted = 0;
        for (Entry entry : entries) {
            boolean hit = (entry.hits >>> criterion & 1) == 1;
            boolean miss = (entry.misses >>> criterion & 1) == 1;
            if (entry.place < deepest && (hit || miss)) {
                counted++;
                if (hit) {
                    precision[hits] = (hits + 1.0) / counted;
                    hits++;
                }
            }
        }
        // A cut after a miss is worse than the one after the hit before it: hits are enough.
        for (int j = hits - 2; j >= 0; j--) {
            precision[j] = Math.max(precision[j], precision[j + 1]);
        }
        return Arrays.copyOf(precision, hits);
    }

    private void sort() {
        if (!sorted) {
            entries.sort(ORDER);
            sorted = true;
        }
    }
}
