package org.jft.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.jft.train.optimizer.Vectors.copy;
import static org.jft.train.optimizer.Vectors.direct;
import static org.jft.train.optimizer.Vectors.random;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.train.optimizer.Optimizer.SquareSum;
import org.jft.train.optimizer.Optimizer.Step;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * LARS and LAMB against their papers' algorithms in double precision, tensor by tensor; biases and
 * norm parameters are not adapted, and have LARS's eta as their ratio.
 */
class LayerwiseRuleTest {
    private static final ParameterLayout LAYOUT =
            new ParameterLayout(
                    List.of(
                            slice("conv", Kind.WEIGHT, 0, 9000), // more than two blocks
                            slice("bn", Kind.SCALE, 9000, 7),
                            slice("bn", Kind.RUNNING_MEAN, 9007, 7),
                            slice("head", Kind.WEIGHT, 9014, 600),
                            slice("head", Kind.BIAS, 9614, 3)));
    private static final double SCALE = 0.25;
    private static final double DECAY = 0.02;
    private static final double HEAD_DECAY = 0.7;
    private static final OptimizerConfig LARS =
            new OptimizerConfig(
                    OptimizerConfig.Kind.LARS, 0.8, null, null, DECAY, HEAD_DECAY, 0.05);
    private static final OptimizerConfig LAMB =
            new OptimizerConfig(
                    OptimizerConfig.Kind.LAMB, 0.9, 0.99, 1e-3, DECAY, HEAD_DECAY, null);

    private final long seed = System.nanoTime();
    private final Blocks blocks = new Blocks(2);

    @AfterEach
    void close() {
        blocks.close();
    }

    /** Updates the parameters of one tensor. */
    private interface Oracle {
        void update(Slice slice, double[] w, double[] g, double decay, double rate, int step);
    }

    @Test
    void shouldFollowLarsAsItsPaperDefinesIt() {
        double[] velocity = new double[LAYOUT.length()];
        check(
                LARS,
                (slice, w, g, decay, rate, step) -> {
                    boolean weight = slice.kind() == Kind.WEIGHT;
                    double adapted = norm(w) / (norm(g) + decay * norm(w));
                    double local = 0.05 * (weight ? adapted : 1);
                    for (int i = 0; i < w.length; i++) {
                        int at = slice.offset() + i;
                        velocity[at] = 0.8 * velocity[at] + rate * local * (g[i] + decay * w[i]);
                        w[i] -= velocity[at];
                    }
                });
    }

    @Test
    void shouldFollowLambAsItsPaperDefinesIt() {
        double[] mean = new double[LAYOUT.length()];
        double[] square = new double[LAYOUT.length()];
        check(
                LAMB,
                (slice, w, g, decay, rate, step) -> {
                    double[] u = new double[w.length];
                    for (int i = 0; i < w.length; i++) {
                        int at = slice.offset() + i;
                        mean[at] = 0.9 * mean[at] + 0.1 * g[i];
                        square[at] = 0.99 * square[at] + 0.01 * g[i] * g[i];
                        double m = mean[at] / (1 - Math.pow(0.9, step + 1));
                        double s = square[at] / (1 - Math.pow(0.99, step + 1));
                        u[i] = m / (Math.sqrt(s) + 1e-3) + decay * w[i];
                    }
                    boolean weight = slice.kind() == Kind.WEIGHT;
                    double ratio = weight ? norm(w) / norm(u) : 1;
                    for (int i = 0; i < w.length; i++) {
                        w[i] -= rate * ratio * u[i];
                    }
                });
    }

    private void check(OptimizerConfig config, Oracle oracle) {
        Random random = new Random(seed);
        FloatBuffer parameters = random(random, LAYOUT.length());
        double[] expected = doubles(parameters, 0, LAYOUT.length());
        Optimizer optimizer = new Optimizer(Configs.train(config, 0), LAYOUT, parameters, blocks);
        for (int step = 0; step < 6; step++) {
            FloatBuffer gradients = random(random, LAYOUT.length());
            double rate = 0.1 / (step + 1);
            double clip = step == 2 ? 0.5 : 1;
            optimizer.step(parameters, gradients, new Step(SCALE, clip, rate, step));
            for (Slice slice : LAYOUT.slices()) {
                double[] w = doubles(expected, slice);
                double[] g = doubles(gradients, slice.offset(), slice.length());
                double factor = slice.trainable() ? SCALE * clip : SCALE;
                for (int i = 0; i < g.length; i++) {
                    g[i] *= factor;
                }
                if (slice.trainable()) {
                    oracle.update(slice, w, g, decay(slice), rate, step);
                } else {
                    for (int i = 0; i < g.length; i++) {
                        w[i] -= g[i];
                    }
                }
                System.arraycopy(w, 0, expected, slice.offset(), w.length);
            }
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) parameters.get(i))
                    .as("seed=%s element %s", seed, i)
                    .isCloseTo(expected[i], within(1e-5));
        }
    }

    private static double decay(Slice slice) {
        if (slice.kind() != Kind.WEIGHT) {
            return 0;
        }
        return slice.layer().equals("head") ? HEAD_DECAY : DECAY;
    }

    /** Without decay and momentum a step is as long as rate times ratio makes it. */
    @Test
    void shouldMoveATensorByAShareOfItsNormWhateverTheScaleOfItsGradient() {
        OptimizerConfig lars = // ratio |w| / |g|
                new OptimizerConfig(OptimizerConfig.Kind.LARS, 0.0, null, null, 0, null, 0.01);
        OptimizerConfig lamb =
                new OptimizerConfig(OptimizerConfig.Kind.LAMB, null, null, 1e-9, 0, null, null);
        for (double scale : new double[] {1e-3, 1, 1e3}) {
            assertThat(moved(lars, scale)).as("seed=%s", seed).isCloseTo(0.005, within(1e-7));
            assertThat(moved(lamb, scale)).as("seed=%s", seed).isCloseTo(0.5, within(1e-5));
        }
    }

    /** Returns |change of conv| / |conv| of the first step at rate 0.5. */
    private double moved(OptimizerConfig config, double gradientScale) {
        FloatBuffer parameters = random(new Random(seed), LAYOUT.length());
        FloatBuffer gradients = random(new Random(seed + 1), LAYOUT.length());
        double[] before = doubles(parameters, 0, 9000);
        new Optimizer(Configs.train(config, 0), LAYOUT, parameters, blocks)
                .step(parameters, gradients, new Step(gradientScale, 1, 0.5, 0));
        double[] change = doubles(parameters, 0, 9000);
        for (int i = 0; i < change.length; i++) {
            change[i] -= before[i];
        }
        return norm(change) / norm(before);
    }

    @ParameterizedTest
    @EnumSource(
            value = OptimizerConfig.Kind.class,
            names = {"LARS", "LAMB"})
    void shouldLeaveWeightsThatStartAtZero(OptimizerConfig.Kind kind) {
        OptimizerConfig config = new OptimizerConfig(kind, null, null, null, 1e-4, null, null);
        FloatBuffer parameters = direct(LAYOUT.length());
        FloatBuffer gradients = random(new Random(seed), LAYOUT.length());
        new Optimizer(Configs.train(config, 0), LAYOUT, parameters, blocks)
                .step(parameters, gradients, new Step(1, 1, 0.1, 0));
        double[] moved = doubles(parameters, 0, 9000);
        assertThat(norm(moved)).as("seed=%s", seed).isGreaterThan(0).isFinite();
    }

    @ParameterizedTest
    @EnumSource(
            value = OptimizerConfig.Kind.class,
            names = {"LARS", "LAMB"})
    void shouldGoOnFromASavedStateWithTheSameBits(OptimizerConfig.Kind kind) {
        OptimizerConfig config = kind == OptimizerConfig.Kind.LARS ? LARS : LAMB;
        FloatBuffer straight = random(new Random(seed), LAYOUT.length());
        FloatBuffer resumed = copy(straight);
        Optimizer first = new Optimizer(Configs.train(config, 0), LAYOUT, straight, blocks);
        Optimizer second = new Optimizer(Configs.train(config, 0), LAYOUT, resumed, blocks);
        Random gradients = new Random(seed + 1);
        for (int step = 0; step < 6; step++) {
            FloatBuffer g = random(gradients, LAYOUT.length());
            first.step(straight, g, new Step(1, 1, 0.1, step));
            if (step == 3) { // a new process
                FloatBuffer saved = copy(second.state());
                second = new Optimizer(Configs.train(config, 0), LAYOUT, resumed, blocks);
                second.state().put(saved);
            }
            second.step(resumed, g, new Step(1, 1, 0.1, step));
        }
        assertThat(resumed).as("seed=%s", seed).isEqualTo(straight);
        assertThat(second.state()).as("seed=%s", seed).isEqualTo(first.state());
    }

    /**
     * Two halves of one tensor, each by an optimizer of its own, as ranks have a head's classes.
     */
    @ParameterizedTest
    @EnumSource(
            value = OptimizerConfig.Kind.class,
            names = {"LARS", "LAMB"})
    void shouldTakeTheNormOfATensorThatLiesOnTwoRanks(OptimizerConfig.Kind kind) {
        OptimizerConfig config = kind == OptimizerConfig.Kind.LARS ? LARS : LAMB;
        int half = 5000;
        ParameterLayout whole = new ParameterLayout(List.of(slice("head", Kind.WEIGHT, 0, 10_000)));
        ParameterLayout part = new ParameterLayout(List.of(slice("head", Kind.WEIGHT, 0, half)));
        FloatBuffer parameters = random(new Random(seed), 2 * half);
        FloatBuffer gradients = random(new Random(seed + 1), 2 * half);
        FloatBuffer expected = copy(parameters);
        Step step = new Step(1, 1, 0.3, 0);
        new Optimizer(Configs.train(config, 0), whole, expected, blocks)
                .step(expected, gradients, step);
        double[][] told = new double[2][];
        CyclicBarrier both = new CyclicBarrier(2);
        CompletableFuture<?>[] ranks = new CompletableFuture<?>[2];
        for (int r = 0; r < 2; r++) {
            int rank = r;
            SquareSum sum =
                    squares -> {
                        told[rank] = squares.clone();
                        await(both);
                        for (int i = 0; i < squares.length; i++) {
                            squares[i] = told[0][i] + told[1][i];
                        }
                    };
            ranks[r] =
                    CompletableFuture.runAsync(
                            () -> {
                                try (Blocks own = new Blocks(1)) {
                                    FloatBuffer w = parameters.slice(rank * half, half);
                                    FloatBuffer g = gradients.slice(rank * half, half);
                                    new Optimizer(Configs.train(config, 0), part, w, own)
                                            .step(w, g, step, sum);
                                }
                            });
        }
        CompletableFuture.allOf(ranks).join();
        for (int i = 0; i < 2 * half; i++) {
            assertThat((double) parameters.get(i))
                    .as("seed=%s element %s", seed, i)
                    .isCloseTo(expected.get(i), within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = OptimizerConfig.Kind.class,
            names = {"LARS", "LAMB"})
    void shouldTellWhenANormIsNotFinite(OptimizerConfig.Kind kind) {
        OptimizerConfig config = kind == OptimizerConfig.Kind.LARS ? LARS : LAMB;
        FloatBuffer parameters = random(new Random(seed), LAYOUT.length());
        Optimizer optimizer = new Optimizer(Configs.train(config, 0), LAYOUT, parameters, blocks);
        FloatBuffer gradients = random(new Random(seed + 1), LAYOUT.length());
        assertThat(optimizer.step(parameters, gradients, new Step(1, 1, 0.1, 0))).isTrue();
        gradients.put(8999, Float.NaN);
        assertThat(optimizer.step(parameters, gradients, new Step(1, 1, 0.1, 1))).isFalse();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static double[] doubles(double[] values, Slice slice) {
        double[] part = new double[slice.length()];
        System.arraycopy(values, slice.offset(), part, 0, part.length);
        return part;
    }

    private static double[] doubles(FloatBuffer values, int from, int count) {
        double[] part = new double[count];
        for (int i = 0; i < count; i++) {
            part[i] = values.get(from + i);
        }
        return part;
    }

    private static Slice slice(String layer, Kind kind, int offset, int length) {
        return new Slice(layer, kind, offset, length, List.of((long) length));
    }
}
