package org.jft.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.ObjectiveConfig.Confidence;
import org.jft.core.config.ObjectiveConfig.Name;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Objectives that doubt labels, against their definitions in probabilities. */
class RobustCrossEntropyTest {
    private static final int IMAGES = 12;
    private static final int CLASSES = 9;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final float[] logits = new float[IMAGES * CLASSES];
    private final double[] confidences = new double[IMAGES * CLASSES]; // 0: absent, -1: unknown
    private final Targets targets = draw();

    /** A label of confidence c is a target of c, or has a weight of c, or is just a label. */
    @ParameterizedTest
    @EnumSource
    void shouldUseConfidencesAsTheyAreMeant(Confidence confidence) {
        double expected = 0;
        for (int i = 0; i < logits.length; i++) {
            double c = confidences[i];
            boolean label = c > 0;
            double target = label ? confidence == Confidence.TARGET ? c : 1 : 0;
            double weight = c < 0 ? 0 : label && confidence == Confidence.WEIGHT ? c : 1;
            expected += weight * crossEntropy(target, probability(i));
        }
        assertLoss(objective(config(Name.SIGMOID, confidence)), expected / IMAGES);
    }

    @Test
    void shouldMoveTargetsTowardsThePriorWhereTheyAreSmoothed() {
        ObjectiveConfig config =
                new ObjectiveConfig(
                        Name.LABEL_SMOOTHING, null, 0.1, 0.25, null, null, null, null, null);
        double expected = 0;
        for (int i = 0; i < logits.length; i++) {
            double target = 0.9 * confidences[i] + 0.1 * 0.25;
            expected += confidences[i] < 0 ? 0 : crossEntropy(target, probability(i));
        }
        assertLoss(objective(config), expected / IMAGES);
    }

    @ParameterizedTest
    @CsvSource({"SOFT_BOOTSTRAP, 0.95", "SOFT_BOOTSTRAP, 0.3", "HARD_BOOTSTRAP, 0.8"})
    void shouldMoveTargetsTowardsThePredictionWhereTheyAreBootstrapped(Name name, double beta) {
        ObjectiveConfig config =
                new ObjectiveConfig(name, null, null, null, beta, null, null, null, null);
        double expected = 0;
        for (int i = 0; i < logits.length; i++) {
            double p = probability(i);
            double opinion = name == Name.SOFT_BOOTSTRAP ? p : Math.rint(p);
            double target = beta * confidences[i] + (1 - beta) * opinion;
            expected += confidences[i] < 0 ? 0 : crossEntropy(target, p);
        }
        assertLoss(objective(config), expected / IMAGES);
    }

    private static double crossEntropy(double target, double p) {
        return -target * Math.log(p) - (1 - target) * Math.log1p(-p);
    }

    private double probability(int i) {
        return 1 / (1 + Math.exp(-(double) logits[i]));
    }

    private void assertLoss(Objective objective, double expected) {
        double loss = loss(objective, logits);
        assertThat(loss).as("seed=%s", seed).isCloseTo(expected, within(1e-9 + 1e-6 * expected));
    }

    /** Central differences; no two losses are so close that which is left out would change. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void shouldGiveTheDerivativeOfTheLoss(Name name) {
        for (Confidence confidence : Confidence.values()) {
            Objective objective = objective(config(name, confidence)).at(0.5);
            FloatBuffer gradient = FloatBuffer.allocate(logits.length);
            objective.loss(FloatBuffer.wrap(logits), targets, gradient);
            float h = 1 / 1024f;
            for (int i = 0; i < logits.length; i++) {
                float[] up = logits.clone();
                float[] down = logits.clone();
                up[i] += h;
                down[i] -= h;
                double slope = (loss(objective, up) - loss(objective, down)) / (up[i] - down[i]);
                assertThat((double) gradient.get(i))
                        .as("%s %s seed=%s logit %s", name, confidence, seed, i)
                        .isCloseTo(slope, within(1e-5));
            }
        }
    }

    @Test
    void shouldLeaveOutTheLabelsAndTheAbsentOnesOfTheHighestLoss() {
        ObjectiveConfig config =
                new ObjectiveConfig(
                        Name.LOSS_TRUNCATION,
                        Confidence.IGNORE,
                        null,
                        null,
                        null,
                        0.3,
                        0.1,
                        null,
                        0.4);
        for (double progress : new double[] {0, 0.1, 0.2, 0.4, 0.9}) {
            double ramp = Math.min(1, progress / 0.4);
            double expected = kept(true, 0.3 * ramp) + kept(false, 0.1 * ramp);
            double loss = loss(objective(config).at(progress), logits);
            assertThat(loss)
                    .as("progress %s seed=%s", progress, seed)
                    .isCloseTo(expected / IMAGES, within(1e-6 * (1 + expected)));
        }
    }

    /** Returns the sum of the losses of labels, or of absent ones, without the highest. */
    private double kept(boolean label, double dropped) {
        List<Double> losses =
                IntStream.range(0, logits.length)
                        .filter(i -> label ? confidences[i] > 0 : confidences[i] == 0)
                        .mapToObj(i -> crossEntropy(label ? 1 : 0, probability(i)))
                        .sorted(Comparator.reverseOrder())
                        .toList();
        return losses.stream().skip((int) (dropped * losses.size())).mapToDouble(x -> x).sum();
    }

    @Test
    void shouldLearnFromTheImagesOfTheLowestLossAsIfThereWereNoOthers() {
        ObjectiveConfig config =
                new ObjectiveConfig(Name.SMALL_LOSS, null, null, null, null, null, null, 0.25, 0.0);
        double[] ofImage = new double[IMAGES];
        for (int i = 0; i < logits.length; i++) {
            ofImage[i / CLASSES] +=
                    confidences[i] < 0 ? 0 : crossEntropy(confidences[i], probability(i));
        }
        FloatBuffer gradient = FloatBuffer.allocate(logits.length);
        double loss = objective(config).loss(FloatBuffer.wrap(logits), targets, gradient);
        double expected = Arrays.stream(ofImage).sorted().limit(9).average().orElseThrow();
        assertThat(loss).as("seed=%s", seed).isCloseTo(expected, within(1e-6 * expected));
        double highestKept = Arrays.stream(ofImage).sorted().toArray()[8];
        for (int i = 0; i < logits.length; i++) {
            boolean counts = confidences[i] >= 0 && ofImage[i / CLASSES] <= highestKept;
            double gradientOfOne = counts ? (probability(i) - confidences[i]) / 9 : 0;
            assertThat((double) gradient.get(i))
                    .as("seed=%s logit %s", seed, i)
                    .isCloseTo(gradientOfOne, within(1e-7));
        }
    }

    /** Of equal losses those that come first: 2 of 8 images. */
    @Test
    void shouldLeaveOutAsManyAsAskedForAmongEquals() {
        ObjectiveConfig config =
                new ObjectiveConfig(Name.SMALL_LOSS, null, null, null, null, null, null, 0.25, 0.0);
        Objective objective = Objective.of(config, 1);
        FloatBuffer gradient = FloatBuffer.allocate(8);
        Targets none = new Targets(new int[9], new int[0], new float[0]);
        objective.loss(FloatBuffer.allocate(8), none, gradient);
        float each = 0.5f / 6;
        assertThat(gradient.array()).containsExactly(0, 0, each, each, each, each, each, each);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void shouldShowALogitThatIsNoNumberAndStayFiniteAtExtremes(Name name) {
        Objective objective = objective(config(name, Confidence.IGNORE)).at(1);
        float[] broken = logits.clone();
        broken[random.nextInt(broken.length / 2)] = Float.NaN;
        confidences[0] = 0;
        assertThat(loss(objective, broken)).as("seed=%s", seed).isNaN();
        float[] extreme = logits.clone();
        extreme[0] = 1e30f;
        extreme[1] = -1e30f;
        assertThat(loss(objective, extreme)).as("seed=%s", seed).isFinite();
    }

    /** A class's loss is its own, so slices of the classes add up to the whole. */
    @ParameterizedTest
    @EnumSource(names = {"SIGMOID", "LABEL_SMOOTHING", "SOFT_BOOTSTRAP", "HARD_BOOTSTRAP"})
    void shouldBeTheSumOfItsSlices(Name name) {
        ObjectiveConfig config = config(name, Confidence.WEIGHT);
        FloatBuffer whole = FloatBuffer.allocate(logits.length);
        double expected = objective(config).loss(FloatBuffer.wrap(logits), targets, whole);
        double loss = 0;
        for (ClassSlice slice : List.of(new ClassSlice(0, 4), new ClassSlice(4, CLASSES - 4))) {
            FloatBuffer own = FloatBuffer.allocate(IMAGES * slice.count());
            FloatBuffer gradient = FloatBuffer.allocate(IMAGES * slice.count());
            for (int i = 0; i < own.capacity(); i++) {
                own.put(i, logits[i / slice.count() * CLASSES + slice.first() + i % slice.count()]);
            }
            loss += SlicedObjective.of(config, slice).loss(own, targets, null, gradient);
            for (int i = 0; i < own.capacity(); i++) {
                int at = i / slice.count() * CLASSES + slice.first() + i % slice.count();
                assertThat(gradient.get(i)).isEqualTo(whole.get(at));
            }
        }
        assertThat(loss).as("seed=%s", seed).isCloseTo(expected, within(1e-9 * expected));
    }

    private static ObjectiveConfig config(Name name, Confidence confidence) {
        Double dropped = name == Name.LOSS_TRUNCATION ? 0.2 : null;
        return new ObjectiveConfig(
                name, confidence, null, null, null, dropped, dropped, null, null);
    }

    private static Objective objective(ObjectiveConfig config) {
        return Objective.of(config, CLASSES);
    }

    private double loss(Objective objective, float[] z) {
        return objective.loss(FloatBuffer.wrap(z), targets, FloatBuffer.allocate(z.length));
    }

    /** A third of the classes are labels, some as sure as can be, some unknown. */
    private Targets draw() {
        int[] offsets = new int[IMAGES + 1];
        IntStream.Builder ids = IntStream.builder();
        int count = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = 2 * (float) random.nextGaussian();
            if (random.nextInt(3) == 0) {
                float sure = random.nextBoolean() ? 1 : 0.1f + 0.9f * random.nextFloat();
                confidences[i] = random.nextInt(5) == 0 ? -1 : sure;
                ids.add(i % CLASSES);
                count++;
            }
            offsets[i / CLASSES + 1] = count;
        }
        float[] given = new float[count];
        int at = 0;
        for (double confidence : confidences) {
            if (confidence != 0) {
                given[at++] = (float) confidence;
            }
        }
        return new Targets(offsets, ids.build().toArray(), given);
    }
}
