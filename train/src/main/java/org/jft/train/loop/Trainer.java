package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.train.loop.StepClock.Part;
import org.jft.train.objective.Objective;
import org.jft.train.objective.Targets;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;
import org.jft.train.optimizer.Schedule;

/**
 * Synchronous data-parallel training: all ranks hold equal parameters; each step sums the gradients
 * of all micro batches over all ranks and applies their mean. A micro batch has the same members on
 * any number of workers, so runs differ between world sizes only by the order of float additions.
 */
final class Trainer {
    private final RunConfig config;
    private final Engine engine;
    private final Objective objective;
    private final Optimizer optimizer;
    private final Schedule learningRate;
    private final Collective collective;
    private final Guard guard;
    private final GradientSum sum;
    private final FloatBuffer outputGradient; // [microBatch, classes]
    private final StepClock clock = new StepClock(System.nanoTime());
    private double loss = Double.NaN;

    Trainer(
            RunConfig config,
            Engine engine,
            int classes,
            Optimizer optimizer,
            long totalSteps,
            Collective collective,
            Blocks blocks) {
        this.config = config;
        this.engine = engine;
        this.objective = Objective.of(config.train().objective(), classes);
        this.optimizer = optimizer;
        this.learningRate = Schedule.of(config.train().schedule(), totalSteps);
        this.collective = collective;
        this.guard = new Guard(collective);
        this.sum = new GradientSum(engine.gradients(), microBatchesPerStep(), blocks);
        this.outputGradient =
                ByteBuffer.allocateDirect(Float.BYTES * Math.multiplyExact(microBatch(), classes))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
    }

    /** Trains the steps from {@code firstStep} to before {@code totalSteps}. */
    void run(BatchLoader batches, long firstStep, long totalSteps, Cadence cadence) {
        int own = microBatchesPerStep() / collective.topology().worldSize();
        double scale = 1.0 / microBatchesPerStep();
        clock.reset(System.nanoTime());
        for (long step = firstStep; step < totalSteps; step++) {
            for (int i = 0; i < own; i++) {
                try (Batch batch = batches.next()) {
                    clock.book(Part.DATA_WAIT, System.nanoTime());
                    double microLoss = forward(batch);
                    clock.book(Part.FORWARD, System.nanoTime());
                    backward(microLoss, i == 0);
                    clock.book(Part.BACKWARD, System.nanoTime());
                }
            }
            double ownLoss = sum.loss();
            sum.reduce(collective);
            clock.book(Part.ALLREDUCE, System.nanoTime());
            guard.requireFinite(
                    "the loss",
                    step + 1,
                    Double.isFinite(sum.loss()),
                    () -> Double.isFinite(ownLoss));
            loss = sum.loss() * scale;
            double rate = learningRate.at(step);
            update(new Optimizer.Step(scale, clip(scale, step), rate, step));
            clock.book(Part.UPDATE, System.nanoTime());
            cadence.after(step + 1, loss, rate, clock, guard);
            clock.skip(System.nanoTime());
        }
    }

    /** Returns the mean loss of the last step. */
    double loss() {
        return loss;
    }

    /** Returns the mean loss of a micro batch; its gradient is then in {@link #outputGradient}. */
    private double forward(Batch batch) {
        EngineInput pixels =
                EngineInput.pixels(batch.pixels(), batch.size(), config.data().image());
        FloatBuffer logits = engine.forward(List.of(pixels), true).get(0);
        Targets targets = new Targets(batch.labelOffsets(), batch.labelIds(), batch.confidences());
        return objective.loss(logits, targets, outputGradient);
    }

    private void backward(double microLoss, boolean first) {
        engine.backward(List.of(outputGradient), GradientListener.NONE);
        if (first) {
            sum.set(microLoss);
        } else {
            sum.add(microLoss);
        }
    }

    private double clip(double scale, long step) {
        double limit = config.train().clipNorm();
        if (limit == 0) {
            return 1;
        }
        double norm = optimizer.gradientNorm(sum.gradients(), scale);
        guard.requireFinite(
                "the gradient's norm", step + 1, Double.isFinite(norm), this::ownGradientIsFinite);
        return norm > limit ? limit / norm : 1;
    }

    private void update(Optimizer.Step step) {
        boolean finite = optimizer.step(engine.parameters(), sum.gradients(), step);
        guard.requireFinite("an update", step.number() + 1, finite, this::ownGradientIsFinite);
    }

    /** Tells of this rank's last micro batch. */
    private boolean ownGradientIsFinite() {
        return ParameterHash.finite(engine.gradients());
    }

    private int microBatchesPerStep() {
        return config.train().globalBatch() / microBatch();
    }

    private int microBatch() {
        return config.train().microBatch();
    }
}
