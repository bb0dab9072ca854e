package org.jft.eval.transfer.classification;

/**
 * The labels of one image among those of a batch: entries {@code from} to {@code to} (exclusive).
 *
 * @param ids classes, distinct
 * @param confidences one an id; negative where nobody knows whether the image is of the class
 */
record ImageLabels(int[] ids, float[] confidences, int from, int to) {
    /** Returns true classes. */
    static ImageLabels of(int... ids) {
        return new ImageLabels(ids, new float[ids.length], 0, ids.length);
    }

    int size() {
        return to - from;
    }

    /** Returns label i's class. */
    int id(int i) {
        return ids[from + i];
    }

    /** Returns whether the truth about label i is unknown. */
    boolean isUnknown(int i) {
        return confidences[from + i] < 0;
    }
}
