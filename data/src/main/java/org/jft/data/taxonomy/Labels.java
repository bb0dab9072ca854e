package org.jft.data.taxonomy;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
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

    /**
     * Returns the union of two images' labels, as confident as the image is there: {@code share} of
     * the first's confidence plus the rest of the second's.
     *
     * @param share of the first image, in [0, 1]
     */
    public static Labels mixed(Labels first, double share, Labels second) {
        int[] ids = new int[first.size() + second.size()];
        float[] confidences = new float[ids.length];
        int count = 0;
        int a = 0;
        int b = 0;
        while (a < first.size() || b < second.size()) {
            int ofFirst = a < first.size() ? first.ids[a] : Integer.MAX_VALUE;
            int ofSecond = b < second.size() ? second.ids[b] : Integer.MAX_VALUE;
            int id = Math.min(ofFirst, ofSecond);
            double confidence = 0;
            if (ofFirst == id) {
                confidence += share * first.confidences[a++];
            }
            if (ofSecond == id) {
                confidence += (1 - share) * second.confidences[b++];
            }
            ids[count] = id;
            confidences[count++] = (float) confidence;
        }
        return new Labels(Arrays.copyOf(ids, count), Arrays.copyOf(confidences, count));
    }

    /** Returns the same labels with confidences that sum to 1; all zero, they stay. */
    public Labels scaledToOne() {
        double sum = 0;
        for (float confidence : confidences) {
            sum += confidence;
        }
        if (sum == 0) {
            return this;
        }
        float[] scaled = new float[confidences.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (confidences[i] / sum);
        }
        return new Labels(ids, scaled);
    }

    /** Returns the number of labels. */
    public int size() {
        return ids.length;
    }
}
