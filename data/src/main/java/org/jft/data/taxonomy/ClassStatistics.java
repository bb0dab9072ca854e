package org.jft.data.taxonomy;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What the labels of a data set look like, in the numbers that papers quote: the long tail, labels
 * per image, the shape of the hierarchy, and label noise where the truth is known.
 *
 * @param images rows
 * @param unlabelled rows without any label
 * @param labels image-label pairs as observed
 * @param filledLabels image-label pairs after upward fill
 * @param imagesOfClass images per class id, after upward fill
 * @param observedOfClass images per class id, as observed
 * @param depth length of the longest way from a class to the top
 * @param maxChildren most direct children of one class
 * @param observedNoise observed against clean labels
 * @param filledNoise the same after filling both upward
 * @param noiseOfClass the latter by class
 */
public record ClassStatistics(
        long images,
        long unlabelled,
        long labels,
        long filledLabels,
        long[] imagesOfClass,
        long[] observedOfClass,
        int depth,
        int maxChildren,
        Noise observedNoise,
        Noise filledNoise,
        ClassNoise noiseOfClass) {

    /**
     * Observed labels against clean ones, over the rows whose clean labels are known; micro
     * averages, each pair counts once.
     *
     * @param images rows with clean labels
     * @param observed observed pairs on those rows
     * @param clean clean pairs
     * @param agreeing pairs in both
     */
    public record Noise(long images, long observed, long clean, long agreeing) {
        /** Returns the share of observed labels that are right; NaN without any. */
        public double precision() {
            return (double) agreeing / observed;
        }

        /** Returns the share of right labels that were observed; NaN without any. */
        public double recall() {
            return (double) agreeing / clean;
        }
    }

    /**
     * Observed labels against clean ones by class, both filled upward, over the rows whose clean
     * labels are known.
     *
     * @param observed rows with the class as observed, [classes]
     * @param clean rows that are truly of the class
     * @param agreeing rows with both
     */
    public record ClassNoise(long[] observed, long[] clean, long[] agreeing) {
        /** Returns the share of the class's observed labels that are right. */
        public Proportion precision(int id) {
            return new Proportion(agreeing[id], observed[id]);
        }

        /** Returns the share of the class's true images that were observed. */
        public Proportion recall(int id) {
            return new Proportion(agreeing[id], clean[id]);
        }
    }

    /** Returns how many classes have fewer than {@code limit} images, after upward fill. */
    public long classesBelow(long limit) {
        return LongStream.of(imagesOfClass).filter(count -> count < limit).count();
    }

    /** Returns the mean number of observed labels; NaN without images. */
    public double labelsPerImage() {
        return (double) labels / images;
    }

    /** Counts rows one by one. Not thread-safe. */
    public static final class Counter {
        private final Taxonomy taxonomy;
        private final long[] imagesOfClass;
        private final long[] observedOfClass;
        private final long[] observedNoise = new long[4];
        private final long[] filledNoise = new long[4];
        private final ClassNoise noiseOfClass;
        private long images;
        private long unlabelled;
        private long labels;
        private long filledLabels;

        public Counter(Taxonomy taxonomy) {
            this.taxonomy = taxonomy;
            this.imagesOfClass = new long[taxonomy.size()];
            this.observedOfClass = new long[taxonomy.size()];
            this.noiseOfClass =
                    new ClassNoise(
                            new long[taxonomy.size()],
                            new long[taxonomy.size()],
                            new long[taxonomy.size()]);
        }

        /**
         * Adds a row.
         *
         * @param observed labels as stored
         * @param clean the true labels, where they are known
         */
        public void add(Labels observed, Optional<Labels> clean) {
            Labels filled = taxonomy.fillUpward(observed);
            images++;
            unlabelled += observed.size() == 0 ? 1 : 0;
            labels += observed.size();
            filledLabels += filled.size();
            count(observed.ids(), observedOfClass);
            count(filled.ids(), imagesOfClass);
            clean.ifPresent(truth -> compare(observed, filled, truth));
        }

        private void compare(Labels observed, Labels filled, Labels clean) {
            add(observedNoise, observed.ids(), clean.ids(), common(observed, clean));
            Labels filledClean = taxonomy.fillUpward(clean);
            int[] common = common(filled, filledClean);
            add(filledNoise, filled.ids(), filledClean.ids(), common);
            count(filled.ids(), noiseOfClass.observed);
            count(filledClean.ids(), noiseOfClass.clean);
            count(common, noiseOfClass.agreeing);
        }

        /** Returns the statistics of the rows added so far. */
        public ClassStatistics statistics() {
            int[] ids = IntStream.range(0, taxonomy.size()).toArray();
            return new ClassStatistics(
                    images,
                    unlabelled,
                    labels,
                    filledLabels,
                    imagesOfClass.clone(),
                    observedOfClass.clone(),
                    IntStream.of(ids).map(taxonomy::depth).max().orElse(0),
                    IntStream.of(ids).map(id -> taxonomy.children(id).length).max().orElse(0),
                    noise(observedNoise),
                    noise(filledNoise),
                    new ClassNoise(
                            noiseOfClass.observed.clone(),
                            noiseOfClass.clean.clone(),
                            noiseOfClass.agreeing.clone()));
        }

        /** Adds to {rows, observed, clean, agreeing}. */
        private static void add(long[] counts, int[] observed, int[] clean, int[] common) {
            counts[0]++;
            counts[1] += observed.length;
            counts[2] += clean.length;
            counts[3] += common.length;
        }

        private static void count(int[] ids, long[] into) {
            for (int id : ids) {
                into[id]++;
            }
        }

        private static int[] common(Labels observed, Labels clean) {
            return IntStream.of(observed.ids())
                    .filter(id -> Arrays.binarySearch(clean.ids(), id) >= 0)
                    .toArray();
        }

        private static Noise noise(long[] counts) {
            return new Noise(counts[0], counts[1], counts[2], counts[3]);
        }
    }
}
