package org.jft.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.jft.train.optimizer.Vectors.copy;
import static org.jft.train.optimizer.Vectors.direct;
import static org.jft.train.optimizer.Vectors.random;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.train.optimizer.Optimizer.Step;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MovingAverageTest {
    private static final int WEIGHTS = 9000; // more than two blocks
    private static final ParameterLayout LAYOUT =
            new ParameterLayout(
                    List.of(
                            new Slice("conv", Kind.WEIGHT, 0, WEIGHTS, List.of((long) WEIGHTS)),
                            new Slice("bn", Kind.RUNNING_MEAN, WEIGHTS, 5, List.of(5L))));
    private static final OptimizerConfig SGD =
            new OptimizerConfig(OptimizerConfig.Kind.SGD, 0.9, null, null, 0, null, null);

    private final long seed = System.nanoTime();
    private final Blocks blocks = new Blocks(2);

    @AfterEach
    void close() {
        blocks.close();
    }

    @Test
    void shouldWarmUpAsTensorFlowDoes() {
        MovingAverage average = new MovingAverage(0.9);
        assertThat(average.rate(0)).isEqualTo(0.9f);
        assertThat(average.rate(10)).isEqualTo((float) (1 - 11.0 / 20));
        assertThat(average.rate(1_000_000)).isEqualTo((float) (1 - 0.9));
    }

    /** a(n) = w + (a(0) - w) d^n, of weights and running statistics alike. */
    @Test
    void shouldApproachConstantParametersGeometrically() {
        TrainConfig config = Configs.train(SGD, 0.05); // below the warm-up from the first step
        FloatBuffer parameters = filled(1f);
        Optimizer optimizer = new Optimizer(config, LAYOUT, parameters, blocks);
        fill(parameters, 3f); // as if one update had done it
        FloatBuffer still = filled(0f);
        for (int step = 0; step < 4; step++) {
            optimizer.step(parameters, still, new Step(1, 1, 0.1, step));
            double expected = 3 - 2 * Math.pow(0.05, step + 1);
            FloatBuffer average = average(config, optimizer);
            for (int i = 0; i < LAYOUT.length(); i++) {
                assertThat((double) average.get(i)).isCloseTo(expected, within(1e-6));
            }
        }
    }

    @Test
    void shouldStayBitByBitOverParametersThatDoNotMove() {
        TrainConfig config = Configs.train(SGD, 0.9999);
        FloatBuffer parameters = random(new Random(seed), LAYOUT.length());
        Optimizer optimizer = new Optimizer(config, LAYOUT, parameters, blocks);
        for (int step = 0; step < 5; step++) {
            optimizer.step(parameters, filled(0f), new Step(1, 1, 0.1, step));
        }
        assertThat(average(config, optimizer)).as("seed=%s", seed).isEqualTo(parameters);
    }

    @Test
    void shouldFollowItsRecurrenceAndLeaveTheParametersAlone() {
        TrainConfig config = Configs.train(SGD, 0.7);
        TrainConfig without = Configs.train(SGD, 0);
        FloatBuffer parameters = random(new Random(seed), LAYOUT.length());
        FloatBuffer plain = copy(parameters);
        Optimizer optimizer = new Optimizer(config, LAYOUT, parameters, blocks);
        Optimizer other = new Optimizer(without, LAYOUT, plain, blocks);
        double[] expected = new double[LAYOUT.length()];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = parameters.get(i);
        }
        Random gradients = new Random(seed + 1);
        for (int step = 0; step < 30; step++) {
            FloatBuffer g = random(gradients, LAYOUT.length());
            optimizer.step(parameters, g, new Step(1, 1, 0.01, step));
            other.step(plain, g, new Step(1, 1, 0.01, step));
            double d = Math.min(0.7, (1.0 + step) / (10.0 + step));
            for (int i = 0; i < expected.length; i++) {
                expected[i] = d * expected[i] + (1 - d) * parameters.get(i);
            }
        }
        assertThat(parameters).as("seed=%s", seed).isEqualTo(plain);
        FloatBuffer average = average(config, optimizer);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) average.get(i))
                    .as("seed=%s element %s", seed, i)
                    .isCloseTo(expected[i], within(1e-5));
        }
        assertThat(new Checkpoint(null, plain, other.state(), null).deployed(without))
                .isEqualTo(plain);
    }

    @Test
    void shouldGoOnFromASavedStateWithTheSameBits() {
        TrainConfig config = Configs.train(SGD, 0.999);
        FloatBuffer straight = random(new Random(seed), LAYOUT.length());
        FloatBuffer resumed = copy(straight);
        Optimizer first = new Optimizer(config, LAYOUT, straight, blocks);
        Optimizer second = new Optimizer(config, LAYOUT, resumed, blocks);
        Random gradients = new Random(seed + 1);
        for (int step = 0; step < 6; step++) {
            FloatBuffer g = random(gradients, LAYOUT.length());
            first.step(straight, g, new Step(1, 1, 0.1, step));
            if (step == 3) { // a new process
                FloatBuffer saved = copy(second.state());
                second = new Optimizer(config, LAYOUT, resumed, blocks);
                second.state().put(saved);
            }
            second.step(resumed, g, new Step(1, 1, 0.1, step));
        }
        assertThat(second.state()).as("seed=%s", seed).isEqualTo(first.state());
        assertThat(resumed).as("seed=%s", seed).isEqualTo(straight);
    }

    private static FloatBuffer average(TrainConfig config, Optimizer optimizer) {
        FloatBuffer parameters = direct(LAYOUT.length());
        return new Checkpoint(null, parameters, optimizer.state(), null).deployed(config);
    }

    private static FloatBuffer filled(float value) {
        return fill(direct(LAYOUT.length()), value);
    }

    private static FloatBuffer fill(FloatBuffer buffer, float value) {
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, value);
        }
        return buffer;
    }
}
