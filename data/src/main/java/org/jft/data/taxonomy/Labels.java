package org.jft.data.taxonomy;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import java.util.SortedMap;

/**
 * The labels of one image; absent means negative. The arrays are not copied: do not write to them.
 *
 * @param ids class ids, ascending, distinct
 * @param confidences in [0, 1], one per id
 */
public record Labels(int[] ids, float[] confidences) {
    /** No label at all. */
    public static final Labels NONE = new Labels(new int[0], new float[0]);

    public Labels {
        checkArgument(ids.length == confidences.length, "one confidence per label id");
    }

    /** Returns labels from their confidences by id. */
    public static Labels of(SortedMap<Integer, Float> confidenceOf) {
        int[] ids = new int[confidenceOf.size()];
        float[] confidences = new float[ids.length];
        int i = 0;
        for (Map.Entry<Integer, Float> label : confidenceOf.entrySet()) {
            ids[i] = label.getKey();
            confidences[i++] = label.getValue();
        }
        return new Labels(ids, confidences);
    }

    /** Returns the number of labels. */
    public int size() {
        return ids.length;
    }
}
