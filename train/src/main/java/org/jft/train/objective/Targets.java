package org.jft.train.objective;

/**
 * The sparse labels of N samples: those of sample i are entries offsets[i] to offsets[i + 1] of ids
 * and confidences. Absent means negative; a negative confidence means unknown: the class takes no
 * part in the sample's loss.
 *
 * @param offsets [N + 1]
 * @param ids class ids, distinct within a sample
 * @param confidences in [0, 1] or negative, one per id
 */
public record Targets(int[] offsets, int[] ids, float[] confidences) {
    /** Returns N. */
    public int size() {
        return offsets.length - 1;
    }

    /** Returns whether entry j of ids is of an unknown class. */
    boolean isUnknown(int j) {
        return confidences[j] < 0;
    }
}
