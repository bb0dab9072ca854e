package org.jft.train.objective;

/**
 * The sparse labels of N samples: those of sample i are entries offsets[i] to offsets[i + 1] of ids
 * and confidences. Absent means negative.
 *
 * @param offsets [N + 1]
 * @param ids class ids, distinct within a sample
 * @param confidences in [0, 1], one per id
 */
public record Targets(int[] offsets, int[] ids, float[] confidences) {
    /** Returns N. */
    public int size() {
        return offsets.length - 1;
    }
}
