package org.jft.bench.engine;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jft.core.config.ModelConfig;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.ScheduleConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.model.Architectures;
import org.jft.train.objective.Targets;
import org.jft.train.optimizer.Optimizer;

/**
 * What all compute: the same network on the same batch.
 *
 * @param pixels random uint8, direct, [batch, size, size, 3]
 * @param targets three labels an image
 */
record Workload(NetworkSpec network, Assignment.Job job, ByteBuffer pixels, Targets targets) {
    /** Mean and divisor of every channel, in 0..255: pixels become [-1, 1]. */
    static final float HALF_RANGE = 127.5f;

    /** {@link #HALF_RANGE} of red, green and blue. */
    static final List<Float> HALF_RANGES = Collections.nCopies(3, HALF_RANGE);

    /** The update: SGD with momentum and weight decay on weights. */
    static final OptimizerConfig UPDATE =
            new OptimizerConfig(OptimizerConfig.Kind.SGD, 0.9, null, null, 1e-4, null, null);

    /** Small enough for the losses of a few steps to stay comparable, large enough to show. */
    static final double LEARNING_RATE = 1e-3;

    /** A run with that update. */
    static final TrainConfig RUN =
            new TrainConfig(
                    1,
                    1,
                    null,
                    1L,
                    ObjectiveConfig.plain(TrainConfig.Objective.SIGMOID),
                    UPDATE,
                    new ScheduleConfig(
                            ScheduleConfig.Kind.CONSTANT, LEARNING_RATE, 0, 0, null, null, null, 0),
                    /* clipNorm= */ 0,
                    /* emaDecay= */ 0,
                    null);

    /** Its steps: one micro batch, nothing clipped. */
    static final Optimizer.Step STEP = new Optimizer.Step(1, 1, LEARNING_RATE, 0);

    private static final int LABELS_PER_IMAGE = 3;
    private static final long SEED = 1;

    static Workload of(Assignment.Job job) {
        Random random = new Random(SEED);
        byte[] values = new byte[Math.multiplyExact(job.batch() * 3, job.size() * job.size())];
        random.nextBytes(values);
        ModelConfig config = new ModelConfig(job.model(), job.classes(), 0, null, false);
        return new Workload(
                NetworkSpec.ofImages(
                        Architectures.create(config, job.classes(), job.size(), SEED), job.size()),
                job,
                ByteBuffer.allocateDirect(values.length).put(0, values),
                targets(job.batch(), job.classes(), random));
    }

    /** Returns the targets as a matrix, [batch, classes]. */
    float[] denseTargets() {
        float[] dense = new float[job.batch() * job.classes()];
        for (int i = 0; i < targets.size(); i++) {
            for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                dense[i * job.classes() + targets.ids()[j]] = targets.confidences()[j];
            }
        }
        return dense;
    }

    private static Targets targets(int batch, int classes, Random random) {
        int labels = Math.min(LABELS_PER_IMAGE, classes);
        int[] offsets = new int[batch + 1];
        int[] ids = new int[batch * labels];
        float[] confidences = new float[batch * labels];
        for (int i = 0; i < batch; i++) {
            int first = random.nextInt(classes);
            for (int j = 0; j < labels; j++) {
                ids[i * labels + j] = (first + j) % classes;
                confidences[i * labels + j] = 1;
            }
            offsets[i + 1] = (i + 1) * labels;
        }
        return new Targets(offsets, ids, confidences);
    }
}
