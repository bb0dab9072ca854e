package org.jft.data.taxonomy;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoublePredicate;

/**
 * The labels of one image; absent means negative. The arrays are not copied: do not write to them.
 *
 * @param ids class ids, ascending, distinct
 * @param confidences in [0, 1], one per id; or {@link #IGNORED}
 */
public record Labels(int[] ids, float[] confidences) {
    /** No label at all. */
    public static final Labels NONE = new Labels(new int[0], new float[0]);

    /**
     * Stands for the confidence of a class of which nobody knows whether the image belongs to it:
     * it takes no part in the image's loss and scores. Only what a network is given holds it.
     */
    public static final float IGNORED = -1;

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
     * the first's confidence plus the rest of the second's. A class that one of them ignores is
     * ignored, unless that image has no share.
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
            float own = ofFirst == id ? first.confidences[a++] : 0;
            float other = ofSecond == id ? second.confidences[b++] : 0;
            boolean ignored = own == IGNORED && share > 0 || other == IGNORED && share < 1;
            ids[count] = id;
            confidences[count++] = ignored ? IGNORED : (float) (share * own + (1 - share) * other);
        }
        return new Labels(Arrays.copyOf(ids, count), Arrays.copyOf(confidences, count));
    }

    /** Returns the labels whose confidence is as asked for. */
    public Labels where(DoublePredicate confidence) {
        int[] keptIds = new int[ids.length];
        float[] keptConfidences = new float[ids.length];
        int kept = 0;
        for (int i = 0; i < ids.length; i++) {
            if (confidence.test(confidences[i])) {
                keptIds[kept] = ids[i];
                keptConfidences[kept++] = confidences[i];
            }
        }
        return kept == ids.length
                ? this
                : new Labels(Arrays.copyOf(keptIds, kept), Arrays.copyOf(keptConfidences, kept));
    }

    /** Returns these labels, and the classes of others that are not among them as ignored. */
    public Labels andIgnored(Labels others) {
        TreeMap<Integer, Float> confidenceOf = new TreeMap<>();
        for (int id : others.ids) {
            confidenceOf.put(id, IGNORED);
        }
        for (int i = 0; i < ids.length; i++) {
            confidenceOf.put(ids[i], confidences[i]);
        }
        return of(confidenceOf);
    }

    /**
     * Returns the same labels with confidences that sum to 1; all zero, they stay; none is ignored.
     */
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
