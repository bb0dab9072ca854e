package org.jft.data.inspect;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * What a label says about the other labels of its images. "Cat" comes with "animal" and "pet" far
 * more often than these come by themselves; a label that says nothing of what is to be seen, such
 * as a camera's name, comes with whatever there is. For an image that is labelled t itself, and its
 * other labels C, filled upward but without t's ancestors and descendants,
 *
 * <pre>
 *   gain(t, image) = mean over c in C of ln( P(c | t) / P(c) )
 *   P(c)           = share of c among all filled labels of all images, t's relatives left out
 *   P(c | t)       = (n(c, t) + PRIOR P(c)) / (n(t) + PRIOR)
 * </pre>
 *
 * where n counts labels beside t on the other half of its images, so that chance foretells nothing.
 * The lift of t is exp of the mean gain: 1, or for want of images less, if t is independent of all
 * others.
 *
 * <p>Memory: 4 bytes a label as observed, and as filled upward. Not thread-safe.
 */
final class Companions {
    private static final double PRIOR = 10;

    /**
     * A label and its companions.
     *
     * @param images with the label and another one that is no relative
     * @param lift how many times more often than by itself a companion comes, geometric mean
     * @param upperLift two standard errors above
     */
    record Lift(int id, int images, double lift, double upperLift) {}

    private final Taxonomy taxonomy;
    private final int[] imagesOfClass; // filled upward
    private final IntLists observed = new IntLists();
    private final IntLists filled = new IntLists();

    Companions(Taxonomy taxonomy) {
        this.taxonomy = taxonomy;
        this.imagesOfClass = new int[taxonomy.size()];
    }

    /** Adds an image's labels. */
    void add(Labels asObserved, Labels filledUpward) {
        observed.add(asObserved.ids());
        filled.add(filledUpward.ids());
        for (int id : filledUpward.ids()) {
            imagesOfClass[id]++;
        }
    }

    /** Returns the lifts of the classes with at least {@code least} images that have companions. */
    List<Lift> lifts(int least) {
        int[][] imagesWith = imagesWith(least);
        List<Lift> lifts = new ArrayList<>();
        for (int id = 0; id < imagesWith.length; id++) {
            if (imagesWith[id] != null) {
                Lift lift = new Label(id, imagesWith[id]).lift();
                if (lift.images >= least) {
                    lifts.add(lift);
                }
            }
        }
        return lifts;
    }

    /** Returns the images that are labelled with each class; null for those with too few. */
    private int[][] imagesWith(int least) {
        int[] counts = new int[imagesOfClass.length];
        for (int i = 0; i < observed.length(); i++) {
            counts[observed.get(i)]++;
        }
        int[][] imagesWith = new int[counts.length][];
        for (int image = 0; image < observed.count(); image++) {
            for (int i = observed.start(image); i < observed.start(image + 1); i++) {
                int id = observed.get(i);
                if (imagesWith[id] == null && counts[id] >= least) {
                    imagesWith[id] = new int[counts[id]];
                }
                if (imagesWith[id] != null) {
                    imagesWith[id][imagesWith[id].length - counts[id]--] = image;
                }
            }
        }
        return imagesWith;
    }

    /** One label at its turn. */
    private final class Label {
        private final int id;
        private final int[] with;
        private final BitSet relatives;
        private final double others; // labels of all images that are no relatives

        Label(int id, int[] with) {
            this.id = id;
            this.with = with;
            relatives = taxonomy.descendants(id);
            relatives.set(id);
            IntStream.of(taxonomy.ancestors(id)).forEach(relatives::set);
            others = filled.length() - relatives.stream().mapToLong(c -> imagesOfClass[c]).sum();
        }

        Lift lift() {
            double[] sums = new double[3]; // images, gain, gain squared
            for (int half = 0; half < 2; half++) {
                int[] counts = new int[imagesOfClass.length];
                int count = count(half, counts);
                judge(1 - half, counts, count, sums);
            }
            double mean = sums[1] / sums[0];
            double variance = Math.max(0, sums[2] / sums[0] - mean * mean);
            double upper = mean + 2 * Math.sqrt(variance / sums[0]);
            return new Lift(id, (int) sums[0], Math.exp(mean), Math.exp(upper));
        }

        /** Counts the companions in every other image. */
        private int count(int half, int[] counts) {
            int count = 0;
            for (int i = half; i < with.length; i += 2) {
                for (int j = filled.start(with[i]); j < filled.start(with[i] + 1); j++) {
                    if (!relatives.get(filled.get(j))) {
                        counts[filled.get(j)]++;
                        count++;
                    }
                }
            }
            return count;
        }

        private void judge(int half, int[] counts, int count, double[] sums) {
            for (int i = half; i < with.length; i += 2) {
                double sum = 0;
                int companions = 0;
                for (int j = filled.start(with[i]); j < filled.start(with[i] + 1); j++) {
                    int c = filled.get(j);
                    if (!relatives.get(c)) {
                        double share = imagesOfClass[c] / others;
                        double given = (counts[c] + PRIOR * share) / (count + PRIOR);
                        sum += Math.log(given / share);
                        companions++;
                    }
                }
                if (companions > 0) {
                    double gain = sum / companions;
                    sums[0]++;
                    sums[1] += gain;
                    sums[2] += gain * gain;
                }
            }
        }
    }
}
