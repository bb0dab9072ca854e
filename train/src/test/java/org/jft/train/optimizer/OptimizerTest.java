package org.jft.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.jft.train.optimizer.Vectors.copy;
import static org.jft.train.optimizer.Vectors.direct;
import static org.jft.train.optimizer.Vectors.random;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.train.optimizer.Optimizer.Step;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against the textbook recurrences in double precision, written out per element. */
class OptimizerTest {
    private static final ParameterLayout LAYOUT =
            new ParameterLayout(
                    List.of(
                            slice("conv", Kind.WEIGHT, 0, 5000), // more than one block
                            slice("bn", Kind.SCALE, 5000, 7),
                            slice("bn", Kind.SHIFT, 5007, 7),
                            slice("bn", Kind.RUNNING_MEAN, 5014, 7),
                            slice("bn", Kind.RUNNING_VARIANCE, 5021, 7),
                            slice("head", Kind.BIAS, 5028, 3)));
    private static final int LENGTH = LAYOUT.length();
    private static final double SCALE = 0.25;
    private static final double DECAY = 0.01;

    private final long seed = System.nanoTime();
    private final Blocks blocks = new Blocks(1);

    @AfterEach
    void close() {
        blocks.close();
    }

    @Test
    void shouldFollowMomentumSgd() {
        OptimizerConfig config =
                new OptimizerConfig(OptimizerConfig.Kind.SGD, 0.8, null, null, DECAY, null, null);
        double[] velocity = new double[LENGTH];
        check(
                config,
                (i, w, g, rate) -> {
                    velocity[i] = 0.8 * velocity[i] + g;
                    return w - rate * velocity[i];
                });
    }

    @Test
    void shouldFollowRmsPropAsTensorFlowDefinesIt() {
        OptimizerConfig config =
                new OptimizerConfig(
                        OptimizerConfig.Kind.RMSPROP, 0.9, 0.95, 0.1, DECAY, null, null);
        double[] meanSquare = new double[LENGTH];
        java.util.Arrays.fill(meanSquare, 1);
        double[] velocity = new double[LENGTH];
        check(
                config,
                (i, w, g, rate) -> {
                    meanSquare[i] = 0.95 * meanSquare[i] + 0.05 * g * g;
                    velocity[i] = 0.9 * velocity[i] + rate * g / Math.sqrt(meanSquare[i] + 0.1);
                    return w - velocity[i];
                });
    }

    /** w = (1 - rate decay)^n w(0) without gradients and momentum, of each with its own decay. */
    @Test
    void shouldDecayTheHeadByItsOwnStrength() {
        ParameterLayout layout =
                new ParameterLayout(
                        List.of(
                                slice("conv", Kind.WEIGHT, 0, 5000),
                                slice("head", Kind.WEIGHT, 5000, 20),
                                slice("head", Kind.BIAS, 5020, 2)));
        OptimizerConfig config =
                new OptimizerConfig(OptimizerConfig.Kind.SGD, 0.0, null, null, 0.03, 3.0, null);
        FloatBuffer parameters = random(new Random(seed), LENGTH);
        FloatBuffer start = copy(parameters);
        FloatBuffer none = direct(layout.length());
        Optimizer optimizer = new Optimizer(Configs.train(config, 0), layout, parameters, blocks);
        for (int step = 0; step < 4; step++) {
            optimizer.step(parameters, none, new Step(1, 1, 0.1, step));
        }
        for (int i = 0; i < layout.length(); i++) {
            double decay = i < 5000 ? 0.03 : i < 5020 ? 3 : 0;
            assertThat((double) parameters.get(i))
                    .as("seed=%s element %s", seed, i)
                    .isCloseTo(start.get(i) * Math.pow(1 - 0.1 * decay, 4), within(1e-6));
        }
    }

    @Test
    void shouldGoOnFromASavedStateAsIfNeverStopped() {
        OptimizerConfig config =
                new OptimizerConfig(
                        OptimizerConfig.Kind.RMSPROP, null, null, null, DECAY, null, null);
        FloatBuffer straight = random(new Random(seed), LENGTH);
        FloatBuffer resumed = copy(straight);
        Optimizer first = optimizer(config, straight);
        Optimizer second = optimizer(config, resumed);
        Random gradients = new Random(seed + 1);
        for (int step = 0; step < 4; step++) {
            FloatBuffer g = random(gradients, LENGTH);
            first.step(straight, g, new Step(1, 1, 0.1, step));
            if (step == 2) { // a new process
                FloatBuffer saved = copy(second.state());
                second = optimizer(config, resumed);
                second.state().put(saved);
            }
            second.step(resumed, g, new Step(1, 1, 0.1, step));
        }
        assertThat(resumed).as("seed=%s", seed).isEqualTo(straight);
    }

    @Test
    void shouldMeasureTheNormOfTrainableGradientsOnly() {
        FloatBuffer g = copy(random(new Random(seed), LENGTH));
        double sum = 0;
        for (Slice slice : LAYOUT.slices()) {
            for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                sum += slice.kind().trainable() ? (double) g.get(i) * g.get(i) : 0;
            }
        }
        OptimizerConfig config =
                new OptimizerConfig(OptimizerConfig.Kind.SGD, null, null, null, 0, null, null);
        assertThat(optimizer(config, g).gradientNorm(g, 0.5))
                .as("seed=%s", seed)
                .isCloseTo(0.5 * Math.sqrt(sum), within(1e-9 * Math.sqrt(sum)));
    }

    @Test
    void shouldLeaveFrozenLayersAsTheyAre() {
        TrainConfig config =
                Configs.train(
                        new OptimizerConfig(
                                OptimizerConfig.Kind.SGD, 0.8, null, null, DECAY, null, null),
                        0.9);
        ParameterLayout frozen = LAYOUT.withFrozenLayers(Set.of("conv", "bn"));
        FloatBuffer start = random(new Random(seed), LENGTH);
        FloatBuffer parameters = copy(start);
        FloatBuffer gradients = direct(LENGTH); // zero in frozen layers, as an engine leaves them
        Slice head = LAYOUT.slices().get(LAYOUT.slices().size() - 1);
        for (int i = head.offset(); i < LENGTH; i++) {
            gradients.put(i, 1);
        }
        Optimizer optimizer = new Optimizer(config, frozen, parameters, blocks);
        for (int step = 0; step < 3; step++) {
            optimizer.step(parameters, gradients, new Step(1, 1, 0.1, step));
        }
        FloatBuffer average =
                new Checkpoint(null, parameters, optimizer.state(), null).deployed(config);
        for (int i = 0; i < LENGTH; i++) {
            boolean moves = i >= head.offset();
            String at = "element %s, seed=%s".formatted(i, seed);
            assertThat(parameters.get(i) != start.get(i)).as(at).isEqualTo(moves);
            assertThat(average.get(i) != start.get(i)).as(at).isEqualTo(moves);
        }
    }

    @Test
    void shouldTellWhenAnyElementItWritesIsNotFinite() {
        OptimizerConfig config =
                new OptimizerConfig(OptimizerConfig.Kind.SGD, null, null, null, 0, null, null);
        for (int at : new int[] {0, 1, 2, 3, 4097, 4999, 5006, 5013, LENGTH - 1}) {
            for (float bad :
                    new float[] {
                        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e38f
                    }) {
                FloatBuffer parameters = random(new Random(seed), LENGTH);
                FloatBuffer g = random(new Random(seed + 1), LENGTH);
                Optimizer optimizer = optimizer(config, parameters);
                assertThat(optimizer.step(parameters, g, new Step(1, 1, 0.1, 0))).isTrue();
                g.put(at, bad);
                assertThat(optimizer.step(parameters, g, new Step(1, 1, 0.1, 1)))
                        .as("%s at %s, seed=%s", bad, at, seed)
                        .isEqualTo(Float.isFinite(bad));
            }
        }
    }

    /** An infinite mean square leaves the parameter where it is, finite for ever. */
    @Test
    void shouldTellWhenItsStateIsNotFiniteThoughTheParametersAre() {
        OptimizerConfig config =
                new OptimizerConfig(OptimizerConfig.Kind.RMSPROP, null, null, null, 0, null, null);
        FloatBuffer parameters = random(new Random(seed), LENGTH);
        FloatBuffer g = random(new Random(seed + 1), LENGTH).put(17, 1e20f);
        Optimizer optimizer = optimizer(config, parameters);
        assertThat(optimizer.step(parameters, g, new Step(1, 1, 0.1, 0))).isFalse();
        assertThat(parameters.get(17)).isFinite();
    }

    private interface Rule {
        double next(int i, double w, double g, double rate);
    }

    private void check(OptimizerConfig config, Rule rule) {
        Random random = new Random(seed);
        FloatBuffer parameters = random(random, LENGTH);
        double[] expected = new double[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            expected[i] = parameters.get(i);
        }
        Optimizer optimizer = optimizer(config, parameters);
        for (int step = 0; step < 5; step++) {
            FloatBuffer g = random(random, LENGTH);
            double rate = 0.1 / (step + 1);
            double clip = step == 2 ? 0.5 : 1;
            optimizer.step(parameters, g, new Step(SCALE, clip, rate, step));
            for (Slice slice : LAYOUT.slices()) {
                for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                    double scaled = g.get(i) * SCALE;
                    double decay = slice.kind() == Kind.WEIGHT ? DECAY * expected[i] : 0;
                    expected[i] =
                            slice.kind().trainable()
                                    ? rule.next(i, expected[i], scaled * clip + decay, rate)
                                    : expected[i] - scaled;
                }
            }
        }
        for (int i = 0; i < LENGTH; i++) {
            assertThat((double) parameters.get(i))
                    .as("seed=%s element %s", seed, i)
                    .isCloseTo(expected[i], within(1e-5));
        }
    }

    private Optimizer optimizer(OptimizerConfig config, FloatBuffer initial) {
        return new Optimizer(Configs.train(config, 0), LAYOUT, initial, blocks);
    }

    private static Slice slice(String layer, Kind kind, int offset, int length) {
        return new Slice(layer, kind, offset, length, List.of((long) length));
    }
}
