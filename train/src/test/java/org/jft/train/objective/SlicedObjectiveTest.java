package org.jft.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.jft.core.config.ObjectiveConfig.plain;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jft.core.config.TrainConfig;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Slices against the whole. */
class SlicedObjectiveTest {
    private static final int CLASSES = 23;
    private static final int SAMPLES = 5;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** Gradients to float's rounding: a softmax's sum travels as one. */
    @ParameterizedTest
    @EnumSource
    void shouldAddUpToTheWholeLossAndHaveItsGradient(TrainConfig.Objective kind) {
        float[] logits = new float[SAMPLES * CLASSES];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (random.nextGaussian() * (i % 4 == 0 ? 20 : 3));
        }
        Targets targets = targets(kind == TrainConfig.Objective.SIGMOID);
        FloatBuffer expected = FloatBuffer.allocate(logits.length);
        double expectedLoss =
                Objective.of(plain(kind), CLASSES)
                        .loss(FloatBuffer.wrap(logits), targets, expected);
        for (int slices : new int[] {1, 2, 4, CLASSES}) {
            float[] gradient = new float[logits.length];
            double loss = sliced(kind, slices, logits, targets, gradient);
            assertThat(loss)
                    .as("%s in %s slices, seed=%s", kind, slices, seed)
                    .isCloseTo(expectedLoss, within(3e-7 * (1 + Math.abs(expectedLoss))));
            assertThat(gradient)
                    .as("%s in %s slices, seed=%s", kind, slices, seed)
                    .containsExactly(expected.array(), within(1e-7f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldShowEverySliceALogitThatIsNoNumber(TrainConfig.Objective kind) {
        float[] logits = new float[SAMPLES * CLASSES];
        logits[CLASSES + 1] = Float.NaN;
        double loss = sliced(kind, 2, logits, targets(false), new float[logits.length]);
        assertThat(loss).isNaN();
    }

    @Test
    void shouldDealOutEachClassOnce() {
        for (int ranks = 1; ranks <= CLASSES; ranks++) {
            int next = 0;
            for (int rank = 0; rank < ranks; rank++) {
                ClassSlice slice = ClassSlice.of(CLASSES, new Topology(rank, ranks));
                assertThat(slice.first()).isEqualTo(next);
                assertThat(slice.count()).isBetween(CLASSES / ranks, CLASSES / ranks + 1);
                next += slice.count();
            }
            assertThat(next).isEqualTo(CLASSES);
        }
    }

    /** Does what ranks do, one after the other. */
    private static double sliced(
            TrainConfig.Objective kind,
            int slices,
            float[] logits,
            Targets targets,
            float[] gradient) {
        List<SlicedObjective> parts = new ArrayList<>();
        List<ClassSlice> classes =
                IntStream.range(0, slices)
                        .mapToObj(rank -> ClassSlice.of(CLASSES, new Topology(rank, slices)))
                        .toList();
        classes.forEach(slice -> parts.add(SlicedObjective.of(plain(kind), slice)));
        int told = SAMPLES * parts.get(0).summarySize();
        FloatBuffer all = FloatBuffer.allocate(slices * told);
        for (int s = 0; s < slices; s++) {
            parts.get(s)
                    .summarize(columns(logits, classes.get(s)), SAMPLES, all.slice(s * told, told));
        }
        double loss = 0;
        for (int s = 0; s < slices; s++) {
            FloatBuffer whole = FloatBuffer.allocate(told);
            parts.get(s).combine(all, slices, SAMPLES, whole);
            ClassSlice slice = classes.get(s);
            FloatBuffer own = FloatBuffer.allocate(SAMPLES * slice.count());
            loss += parts.get(s).loss(columns(logits, slice), targets, whole, own);
            for (int i = 0; i < SAMPLES; i++) {
                own.get(i * slice.count(), gradient, i * CLASSES + slice.first(), slice.count());
            }
        }
        return loss;
    }

    private static FloatBuffer columns(float[] logits, ClassSlice slice) {
        FloatBuffer columns = FloatBuffer.allocate(SAMPLES * slice.count());
        for (int i = 0; i < SAMPLES; i++) {
            columns.put(
                    i * slice.count(),
                    FloatBuffer.wrap(logits),
                    i * CLASSES + slice.first(),
                    slice.count());
        }
        return columns;
    }

    /** Sample 0 has no labels, the others up to five, some unknown where that has a meaning. */
    private Targets targets(boolean unknown) {
        int[] offsets = new int[SAMPLES + 1];
        List<Integer> ids = new ArrayList<>();
        for (int i = 1; i < SAMPLES; i++) {
            random.ints(0, CLASSES).distinct().limit(1 + random.nextInt(5)).forEach(ids::add);
            offsets[i + 1] = ids.size();
        }
        float[] confidences = new float[ids.size()];
        for (int j = 0; j < confidences.length; j++) {
            confidences[j] = unknown && random.nextInt(4) == 0 ? -1 : 0.1f + random.nextFloat();
        }
        return new Targets(
                offsets, ids.stream().mapToInt(Integer::intValue).toArray(), confidences);
    }
}
