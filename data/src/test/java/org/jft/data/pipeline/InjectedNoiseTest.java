package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jft.core.config.LabelNoiseConfig;
import org.jft.core.config.LabelNoiseConfig.Confidences;
import org.jft.core.config.LabelNoiseConfig.Kind;
import org.jft.data.shard.SampleKey;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InjectedNoiseTest {
    private static final int IMAGES = 20_000;
    private static final int GROUPS = 8;
    private static final int PER_GROUP = 10; // leaves below each group: 8 to 87

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Taxonomy taxonomy = taxonomy();

    /** What comes out, and out of what. */
    private record Counts(long labels, long kept, long wrong) {}

    /**
     * Of n labels, kept ones are binomial(n, r) and wrong ones binomial(n, w), if images are drawn
     * apart: within five standard deviations, 1 in a million fails by chance.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 0.6",
        "0.8, 1",
        "0.6, 1",
        "0.8, 0.6",
        "0.6, 0.6",
        "0.8, ",
        "0.6, ",
        "0.3, 0.3",
    })
    void shouldHaveThePrecisionAndRecallThatWereAskedFor(double precision, Double recall) {
        for (Kind kind : Kind.values()) {
            LabelNoiseConfig config = new LabelNoiseConfig(precision, recall, kind, null, seed);
            double r = recall == null ? precision : recall;
            double w = r * (1 - precision) / precision;
            Counts counts = count(config);
            String what = "%s, seed=%s".formatted(config, seed);
            assertBinomial(what, counts.kept, counts.labels, r);
            assertBinomial(what, counts.wrong, counts.labels, w);
            double found = (double) counts.kept / (counts.kept + counts.wrong);
            assertThat(Math.abs(found - precision)).as(what).isLessThan(0.02);
        }
    }

    private Counts count(LabelNoiseConfig config) {
        InjectedNoise noise = new InjectedNoise(config, taxonomy);
        long labels = 0;
        long kept = 0;
        long wrong = 0;
        for (int image = 0; image < IMAGES; image++) {
            Labels before = draw();
            Labels after = noise.of(key(), before);
            labels += before.size();
            for (int id : after.ids()) {
                boolean right = has(before, id);
                kept += right ? 1 : 0;
                wrong += right ? 0 : 1;
                assertThat(has(taxonomy.fillUpward(before), id)).isEqualTo(right);
            }
        }
        return new Counts(labels, kept, wrong);
    }

    private static void assertBinomial(String what, long found, long n, double p) {
        double deviation = Math.sqrt(n * p * (1 - p));
        assertThat(Math.abs(found - n * p)).as(what).isLessThanOrEqualTo(5 * deviation + 1e-6 * n);
    }

    @Test
    void shouldMistakeALabelForEachOfItsSiblingsAlike() {
        int label = 8;
        InjectedNoise noise =
                new InjectedNoise(
                        new LabelNoiseConfig(0.01, null, Kind.SIBLING, null, seed), taxonomy);
        long[] counts = new long[taxonomy.size()];
        for (int image = 0; image < IMAGES; image++) {
            counts[noise.of(key(), labels(label)).ids()[0]]++;
        }
        for (int id = 0; id < counts.length; id++) {
            boolean sibling = id > label && id < label + PER_GROUP;
            if (sibling) {
                assertBinomial(
                        "class %s, seed=%s".formatted(id, seed), counts[id], IMAGES, 0.99 / 9);
            } else if (id != label) {
                assertThat(counts[id]).as("class %s, seed=%s", id, seed).isZero();
            }
        }
    }

    @Test
    void shouldGoUpUntilThereIsSomethingToMistakeALabelFor() {
        // 0 > 1 > 2 alone; 0 > 3
        Taxonomy chain =
                Taxonomy.of(
                        List.of(
                                new TaxonomyClass(0, "all", null),
                                new TaxonomyClass(1, "a", List.of(0)),
                                new TaxonomyClass(2, "only a", List.of(1)),
                                new TaxonomyClass(3, "b", List.of(0))));
        InjectedNoise noise = new InjectedNoise(allWrong(Kind.SIBLING), chain);
        assertThat(noise.of(new SampleKey(1, 2), labels(2)).ids()).containsExactly(3);
        assertThat(noise.of(new SampleKey(1, 2), labels(2, 3)).ids())
                .as("nothing is left")
                .isEmpty();
        assertThat(new InjectedNoise(allWrong(Kind.UNIFORM), chain).of(key(), labels(3)).ids()[0])
                .isIn(1, 2);
    }

    /** No draw below 1e-9 in a few images. */
    private LabelNoiseConfig allWrong(Kind kind) {
        return new LabelNoiseConfig(1e-9, null, kind, null, seed);
    }

    @Test
    void shouldNest() {
        for (Kind kind : Kind.values()) {
            for (int image = 0; image < 500; image++) {
                SampleKey key = key();
                Labels before = draw();
                Set<Integer> lostMore = null;
                Set<Integer> wrongMore = null;
                for (double share : new double[] {0.5, 0.6, 0.8, 0.9, 1}) {
                    // recall alone; precision at a recall of 1
                    Set<Integer> lost = ids(before);
                    lost.removeAll(after(1, share, kind, key, before));
                    Set<Integer> wrong = after(share, 1.0, kind, key, before);
                    wrong.removeAll(ids(before));
                    if (lostMore != null) {
                        assertThat(lostMore).as("seed=%s", seed).containsAll(lost);
                        assertThat(wrongMore).as("seed=%s", seed).containsAll(wrong);
                    }
                    lostMore = lost;
                    wrongMore = wrong;
                }
            }
        }
    }

    private Set<Integer> after(double p, Double r, Kind kind, SampleKey key, Labels labels) {
        LabelNoiseConfig config = new LabelNoiseConfig(p, r, kind, null, seed);
        return ids(new InjectedNoise(config, taxonomy).of(key, labels));
    }

    @Test
    void shouldKeepOneLabelAnImageWhereWrongOnesTakeThePlaceOfLostOnes() {
        for (double precision : new double[] {0.2, 0.5, 0.77, 0.8}) {
            LabelNoiseConfig config =
                    new LabelNoiseConfig(precision, null, Kind.UNIFORM, null, seed);
            InjectedNoise noise = new InjectedNoise(config, taxonomy);
            for (int image = 0; image < 2000; image++) {
                Labels one = labels(random.nextInt(taxonomy.size()));
                assertThat(noise.of(key(), one).size()).as("seed=%s", seed).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldDependOnTheImageItsLabelsAndTheSeedOnly() {
        LabelNoiseConfig config = new LabelNoiseConfig(0.6, 0.6, Kind.SIBLING, null, seed);
        LabelNoiseConfig other = new LabelNoiseConfig(0.6, 0.6, Kind.SIBLING, null, seed + 1);
        List<String> first = new ArrayList<>();
        List<String> again = new ArrayList<>();
        List<String> otherwise = new ArrayList<>();
        for (int image = 0; image < 100; image++) {
            SampleKey key = key();
            Labels labels = draw();
            first.add(Arrays.toString(new InjectedNoise(config, taxonomy).of(key, labels).ids()));
            again.add(Arrays.toString(new InjectedNoise(config, taxonomy).of(key, labels).ids()));
            otherwise.add(
                    Arrays.toString(new InjectedNoise(other, taxonomy).of(key, labels).ids()));
        }
        assertThat(again).isEqualTo(first);
        assertThat(otherwise).isNotEqualTo(first);
    }

    @Test
    void shouldGiveAWrongLabelTheConfidenceOfTheOneItComesFrom() {
        Labels before = new Labels(new int[] {9}, new float[] {0.35f});
        Labels after = new InjectedNoise(allWrong(Kind.UNIFORM), taxonomy).of(key(), before);
        assertThat(after.ids()[0]).isNotEqualTo(9);
        assertThat(after.confidences()).containsExactly(0.35f);
    }

    /** Of labels by tenths of their confidence, the share that is right is about that. */
    @Test
    void shouldSayTheTruthAboutNoiseWhereConfidencesAreCalibrated() {
        for (double precision : new double[] {0.6, 0.8, 1}) {
            LabelNoiseConfig config =
                    new LabelNoiseConfig(
                            precision, 1.0, Kind.SIBLING, Confidences.CALIBRATED, seed);
            InjectedNoise noise = new InjectedNoise(config, taxonomy);
            long[] labels = new long[11];
            long[] right = new long[11];
            double[] sums = new double[11];
            for (int image = 0; image < IMAGES; image++) {
                Labels before = draw();
                Labels after = noise.of(key(), before);
                for (int i = 0; i < after.size(); i++) {
                    int tenth = (int) (10 * after.confidences()[i]);
                    labels[tenth]++;
                    sums[tenth] += after.confidences()[i];
                    right[tenth] += has(before, after.ids()[i]) ? 1 : 0;
                }
            }
            for (int tenth = 0; tenth <= 10; tenth++) {
                if (labels[tenth] > 0) {
                    assertBinomial(
                            "precision %s, tenth %s, seed=%s".formatted(precision, tenth, seed),
                            right[tenth],
                            labels[tenth],
                            sums[tenth] / labels[tenth]);
                }
            }
            assertThat(labels[10])
                    .as("all of them sure")
                    .isEqualTo(precision == 1 ? sum(labels) : 0);
        }
    }

    private static long sum(long[] counts) {
        return Arrays.stream(counts).sum();
    }

    private SampleKey key() {
        return new SampleKey(random.nextLong(), random.nextLong());
    }

    /** Returns one to three leaves. */
    private Labels draw() {
        int count = 1 + random.nextInt(3);
        return labels(
                random.ints(GROUPS, taxonomy.size()).distinct().limit(count).sorted().toArray());
    }

    private static Labels labels(int... ids) {
        float[] sure = new float[ids.length];
        Arrays.fill(sure, 1);
        return new Labels(ids, sure);
    }

    private static Set<Integer> ids(Labels labels) {
        Set<Integer> ids = new HashSet<>();
        IntStream.of(labels.ids()).forEach(ids::add);
        return ids;
    }

    private static boolean has(Labels labels, int id) {
        return Arrays.binarySearch(labels.ids(), id) >= 0;
    }

    private static Taxonomy taxonomy() {
        List<TaxonomyClass> classes = new ArrayList<>();
        for (int group = 0; group < GROUPS; group++) {
            classes.add(new TaxonomyClass(group, "group " + group, List.of()));
        }
        for (int leaf = 0; leaf < GROUPS * PER_GROUP; leaf++) {
            classes.add(
                    new TaxonomyClass(GROUPS + leaf, "leaf " + leaf, List.of(leaf / PER_GROUP)));
        }
        return Taxonomy.of(classes);
    }
}
