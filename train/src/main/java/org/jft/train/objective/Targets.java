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

    /** Returns the labels of a slice's classes, whose ids then count from its first one. */
    Targets of(ClassSlice slice) {
        int[] kept = new int[offsets.length];
        int[] keptIds = new int[ids.length];
        float[] keptConfidences = new float[ids.length];
        int count = 0;
        for (int i = 0; i < size(); i++) {
            for (int j = offsets[i]; j < offsets[i + 1]; j++) {
                if (slice.contains(ids[j])) {
                    keptIds[count] = ids[j] - slice.first();
                    keptConfidences[count++] = confidences[j];
                }
            }
            kept[i + 1] = count;
        }
        return new Targets(kept, keptIds, keptConfidences);
    }

    /** Returns the sum of the confidences of sample i. */
    double total(int i) {
        double total = 0;
        for (int j = offsets[i]; j < offsets[i + 1]; j++) {
            total += confidences[j];
        }
        return total;
    }

    /** Returns whether entry j of ids is of an unknown class. */
    boolean isUnknown(int j) {
        return confidences[j] < 0;
    }
}
