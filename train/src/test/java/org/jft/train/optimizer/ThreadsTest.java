package org.jft.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.train.optimizer.Vectors.random;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.train.optimizer.Optimizer.Step;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same bits on any number of threads, over layouts of random lengths. */
class ThreadsTest {
    private static final int STEPS = 3;

    private final long seed = System.nanoTime();

    @ParameterizedTest
    @EnumSource(OptimizerConfig.Kind.class)
    void shouldGiveTheSameBits(OptimizerConfig.Kind kind) {
        Random random = new Random(seed);
        ParameterLayout layout = layout(random);
        TrainConfig config =
                Configs.train(new OptimizerConfig(kind, 0.9, null, null, 1e-3, null, null), 0.99);
        Outcome alone = train(config, layout, 1);
        for (int threads = 2; threads <= 3; threads++) {
            assertThat(train(config, layout, threads))
                    .as("seed=%s threads=%s length=%s", seed, threads, layout.length())
                    .isEqualTo(alone);
        }
    }

    /** What {@link #STEPS} steps with clipping leave; buffers compare by content. */
    private record Outcome(FloatBuffer parameters, FloatBuffer state, List<Double> norms) {}

    private Outcome train(TrainConfig config, ParameterLayout layout, int threads) {
        Random random = new Random(seed + 1);
        FloatBuffer parameters = random(random, layout.length());
        List<Double> norms = new ArrayList<>();
        try (Blocks blocks = new Blocks(threads)) {
            Optimizer optimizer = new Optimizer(config, layout, parameters, blocks);
            for (int step = 0; step < STEPS; step++) {
                FloatBuffer gradients = random(random, layout.length());
                double norm = optimizer.gradientNorm(gradients, 0.5);
                norms.add(norm);
                optimizer.step(parameters, gradients, new Step(0.5, 1 / norm, 0.1, step));
            }
            return new Outcome(parameters, optimizer.state(), norms);
        }
    }

    private static ParameterLayout layout(Random random) {
        Kind[] kinds = Kind.values();
        List<Slice> slices = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < 20; i++) {
            boolean large = i % 5 == 0;
            int length = 1 + random.nextInt(large ? 40 * Blocks.SIZE : 300);
            Kind kind = large ? Kind.WEIGHT : kinds[random.nextInt(kinds.length)];
            slices.add(new Slice("layer" + i, kind, offset, length, List.of((long) length)));
            offset += length;
        }
        return new ParameterLayout(slices);
    }
}
