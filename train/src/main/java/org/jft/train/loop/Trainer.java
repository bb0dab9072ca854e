package org.jft.train.loop;

import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Collectives;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.train.loop.StepClock.Part;
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
    private final Schedule learningRate;
    private final Collective collective;
    private final Guard guard;
    private final Stragglers stragglers;
    private final LocalStep local;
    private final StepClock clock = new StepClock(System.nanoTime());
    private double loss = Double.NaN;

    Trainer(
            RunConfig config,
            Engine engine,
            int classes,
            Optimizer optimizer,
            long totalSteps,
            Collective collective,
            Blocks blocks,
            GradientExchange exchange) {
        this.config = config;
        this.learningRate = Schedule.of(config.train().schedule(), totalSteps);
        this.collective = collective;
        this.guard = new Guard(collective);
        this.stragglers =
                new Stragglers(
                        collective,
                        Collectives.hostName(),
                        config.train().cadence().metricsEvery(),
                        Preflight::warn);
        int terms = microBatchesPerStep();
        this.local =
                engine.deviceStep(config.train(), optimizer.state())
                        .<LocalStep>map(
                                device ->
                                        new DeviceResidentStep(
                                                config, device, optimizer, terms, collective))
                        .orElseGet(() -> onHost(engine, classes, optimizer, blocks, exchange));
    }

    private LocalStep onHost(
            Engine engine,
            int classes,
            Optimizer optimizer,
            Blocks blocks,
            GradientExchange exchange) {
        if (config.engine().nccl()) {
            throw new ConfigException(
                    "engine.nccl=true sums gradients where the engine trains on its device, and %s"
                                    .formatted(engine.name())
                            + " does not train this network there; leave engine.nccl at false");
        }
        return new HostStep(
                config, engine, classes, optimizer, microBatchesPerStep(), blocks, exchange, false);
    }

    /**
     * Trains the steps from {@code firstStep} to before {@code totalSteps}.
     *
     * @throws LeftEarlyException on all ranks, behind a step in which one was told to leave
     */
    void run(BatchLoader batches, long firstStep, long totalSteps, Cadence cadence) {
        int own = microBatchesPerStep() / collective.topology().worldSize();
        double scale = 1.0 / microBatchesPerStep();
        clock.reset(System.nanoTime());
        Batch next = null;
        try {
            for (long step = firstStep; step < totalSteps; step++) {
                double rate = learningRate.at(step);
                local.begin(step, rate);
                for (int i = 0; i < own; i++) {
                    try (Batch batch = next == null ? next(batches) : next) {
                        if (i == own - 1) {
                            local.lastComes(collective);
                        }
                        local.add(batch, i, clock);
                    }
                    // Now, so that a device has its next images before it is done with these.
                    next = nextIfGood(batches);
                    if (next != null) {
                        local.comingUp(next);
                    }
                }
                double ownLoss = local.loss();
                clock.book(Part.BACKWARD, System.nanoTime());
                List<RankReport> ranks = local.reduce(collective, clock, cadence.toldToLeave());
                double sum = RankReport.loss(ranks);
                guard.requireFinite(
                        "the loss", step + 1, Double.isFinite(sum), () -> Double.isFinite(ownLoss));
                loss = sum * scale;
                clock.note(ranks);
                stragglers.add(step + 1, ranks);
                boolean leaving = RankReport.leaving(ranks) && step + 1 < totalSteps;
                if (leaving) {
                    cadence.leaveAt(step + 1);
                }
                local.update(guard);
                if (cadence.readsState(step + 1)) {
                    local.settle();
                }
                clock.book(Part.UPDATE, System.nanoTime());
                cadence.after(step + 1, loss, rate, clock, guard);
                if (leaving) {
                    collective.barrier(); // a launcher ends rank 0 when others have ended
                    throw new LeftEarlyException(step + 1, totalSteps, cadence.toldToLeave());
                }
                clock.skip(System.nanoTime());
            }
        } finally {
            local.stop();
            if (next != null) {
                next.close();
            }
        }
    }

    /** What is wrong is said again when the batch is needed; until then this step can end. */
    private Batch nextIfGood(BatchLoader batches) {
        try {
            return next(batches);
        } catch (JftException e) {
            return null;
        }
    }

    private Batch next(BatchLoader batches) {
        Batch next = batches.next();
        clock.book(Part.DATA_WAIT, System.nanoTime());
        return next;
    }

    /** Returns the mean loss of the last step. */
    double loss() {
        return loss;
    }

    private int microBatchesPerStep() {
        return config.train().globalBatch() / config.train().microBatch();
    }
}
