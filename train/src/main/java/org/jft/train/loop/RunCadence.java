package org.jft.train.loop;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.cli.ProgressLine;
import org.jft.core.config.CadenceConfig;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.metric.JsonLinesFile;
import org.jft.core.metric.MetricSink;
import org.jft.core.topology.Topology;
import org.jft.train.optimizer.Optimizer;

/** The cadence of a real run: checks by all ranks; progress, metrics and checkpoints by rank 0. */
final class RunCadence implements Cadence, AutoCloseable {
    /** What goes into a checkpoint, live. */
    record Snapshot(
            NetworkSpec network,
            Engine engine,
            Optimizer optimizer,
            String dataFingerprint,
            double wallSecondsBefore) {}

    private final RunConfig config;
    private final CadenceConfig every;
    private final CheckpointFolder checkpoints;
    private final Topology at;
    private final long samplesPerEpoch;
    private final long totalSteps;
    private final Snapshot snapshot;
    private final long startNs;
    private final MetricSink metrics; // null but on rank 0
    private final ProgressLine progress; // null but on rank 0
    private final long firstStep;
    private final LeaveSignal leave;
    private long leaveAt = -1;
    private long reported;

    RunCadence(
            RunConfig config,
            RunFolder folder,
            CheckpointFolder checkpoints,
            Topology at,
            long samplesPerEpoch,
            long totalSteps,
            Snapshot snapshot,
            long firstStep,
            long startNs,
            LeaveSignal leave) {
        this.leave = leave;
        this.config = config;
        this.every = config.train().cadence();
        this.checkpoints = checkpoints;
        this.at = at;
        this.samplesPerEpoch = samplesPerEpoch;
        this.totalSteps = totalSteps;
        this.snapshot = snapshot;
        this.firstStep = firstStep;
        this.reported = firstStep;
        this.startNs = startNs;
        if (at.leads()) {
            metrics = new JsonLinesFile(folder.metrics(), "step", firstStep);
            String label = firstStep == 0 ? "train" : "train from step " + firstStep;
            progress =
                    new ProgressLine(
                            System.out, // a launcher passes rank 0's through untouched
                            ProgressLine.onTerminal(),
                            label,
                            (totalSteps - firstStep) * config.train().globalBatch(),
                            "images",
                            System.nanoTime());
        } else {
            metrics = null;
            progress = null;
        }
    }

    @Override
    public boolean toldToLeave() {
        return leave.received();
    }

    @Override
    public void leaveAt(long done) {
        leaveAt = done;
    }

    @Override
    public boolean readsState(long done) {
        return checksumDue(done) || checkpointDue(done);
    }

    private boolean checksumDue(long done) {
        return every.checksumEvery() > 0 && (ends(done) || done % every.checksumEvery() == 0);
    }

    private boolean checkpointDue(long done) {
        return ends(done) || done % every.checkpointEvery() == 0;
    }

    private boolean ends(long done) {
        return done == totalSteps || done == leaveAt;
    }

    @Override
    public void after(long done, double loss, double learningRate, StepClock clock, Guard guard) {
        if (checksumDue(done)) {
            guard.requireEqualParameters(done, parameters());
        }
        boolean checkpoint = checkpointDue(done);
        if (!at.leads()) {
            return;
        }
        long nowNs = System.nanoTime();
        long images = (done - firstStep) * config.train().globalBatch();
        progress.update(images, nowNs, "loss %.4g".formatted(loss));
        if (ends(done) || done % every.metricsEvery() == 0) {
            metrics.write(metrics(done, loss, learningRate, clock, nowNs));
            clock.reset(nowNs);
            reported = done;
        }
        if (checkpoint) {
            checkpoints.write(
                    new Checkpoint(
                            snapshot.network.graph(),
                            parameters(),
                            snapshot.optimizer.state(),
                            state(done, loss, nowNs)));
        }
        if (done == totalSteps) {
            progress.finish(images, System.nanoTime());
        }
    }

    private Map<String, Number> metrics(
            long done, double loss, double learningRate, StepClock clock, long nowNs) {
        long samples = done * config.train().globalBatch();
        long steps = done - reported;
        Map<String, Number> line = new LinkedHashMap<>();
        line.put("step", done);
        line.put("epoch", (double) samples / samplesPerEpoch);
        line.put("samples", samples);
        line.put("loss", loss);
        line.put("learning_rate", learningRate);
        line.put("images_per_second", steps * config.train().globalBatch() / clock.seconds(nowNs));
        line.putAll(clock.perStep(steps));
        return line;
    }

    private Checkpoint.State state(long done, double loss, long nowNs) {
        return new Checkpoint.State(
                done,
                done * config.train().globalBatch(),
                snapshot.wallSecondsBefore + (nowNs - startNs) / 1e9,
                loss,
                ConfigLoader.toJson(config),
                snapshot.dataFingerprint,
                snapshot.optimizer.lossScale().orElse(null));
    }

    private FloatBuffer parameters() {
        return snapshot.engine.parameters();
    }

    @Override
    public void close() {
        if (at.leads()) {
            progress.close();
            metrics.close();
        }
    }
}
