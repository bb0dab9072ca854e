package org.jft.eval.transfer.classification;

import java.util.Arrays;

/**
 * The best-scored rows of one class: a binary heap with the worst kept row at the root. Holds 12
 * bytes a row and never more than {@code depth} rows.
 *
 * <p>Order: higher score first, equal scores by lower row id. Row ids are distinct, so the order is
 * total and the kept set does not depend on the order of arrival.
 */
final class TopScored {
    private final float[] scores;
    private final long[] entries; // row id * 2 + (1 when the row is a hit): one word, same order
    private int size;

    TopScored(int depth) {
        scores = new float[depth];
        entries = new long[depth];
    }

    /**
     * Keeps the row if it is among the best so far; O(1) when it is not, O(log depth) else.
     *
     * @return the score below which a row need not be offered any more
     */
    float offer(float score, long row, boolean hit) {
        long entry = row << 1 | (hit ? 1 : 0);
        if (size < scores.length) {
            siftUp(size++, score, entry);
        } else if (precedes(score, entry, scores[0], entries[0])) {
            siftDown(score, entry);
        }
        return size < scores.length ? Float.NEGATIVE_INFINITY : scores[0];
    }

    /**
     * Average precision over the kept ranking: the sum of precision@i over the ranks i that hit,
     * over {@code min(depth, positives)}.
     *
     * @param positives rows of the class in the whole held-out set, at least 1
     */
    double averagePrecision(long positives) {
        Integer[] ranking = new Integer[size];
        Arrays.setAll(ranking, i -> i);
        Arrays.sort(
                ranking, (i, j) -> precedes(scores[i], entries[i], scores[j], entries[j]) ? -1 : 1);
        int hits = 0;
        double sum = 0;
        for (int rank = 1; rank <= size; rank++) {
            if ((entries[ranking[rank - 1]] & 1) == 1) {
                hits++;
                sum += (double) hits / rank;
            }
        }
        return sum / Math.min(scores.length, positives);
    }

    private static boolean precedes(float score, long entry, float other, long otherEntry) {
        return score > other || (score == other && entry < otherEntry);
    }

    private void siftUp(int from, float score, long entry) {
        int child = from;
        while (child > 0) {
            int parent = (child - 1) >>> 1;
            if (!precedes(scores[parent], entries[parent], score, entry)) {
                break;
            }
            move(parent, child);
            child = parent;
        }
        scores[child] = score;
        entries[child] = entry;
    }

    private void siftDown(float score, long entry) {
        int parent = 0;
        for (int child = 1; child < size; child = 2 * parent + 1) {
            int right = child + 1;
            if (right < size
                    && precedes(scores[child], entries[child], scores[right], entries[right])) {
                child = right;
            }
            if (!precedes(score, entry, scores[child], entries[child])) {
                break;
            }
            move(child, parent);
            parent = child;
        }
        scores[parent] = score;
        entries[parent] = entry;
    }

    private void move(int from, int to) {
        scores[to] = scores[from];
        entries[to] = entries[from];
    }
}
