package org.jft.train.loop;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.GenerationEndedException;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.membership.ExpelledException;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.cli.ProgressLine;
import org.jft.core.config.CadenceConfig;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.metric.JsonLinesFile;
import org.jft.core.metric.MetricSink;
import org.jft.core.topology.Topology;

/**
 * The cadence of a real run: checks by all ranks; progress, metrics, checkpoints and summary by
 * rank 0. Each rank has what it takes to become rank 0, and writes what the one before it may not
 * have come to write.
 */
final class RunCadence implements Cadence, AutoCloseable {
    private static final long NEVER = -1;

    /** What goes into a checkpoint, live. */
    record Snapshot(
            NetworkSpec network, TrainedModel model, RunState state, String dataFingerprint) {}

    /** What else rank 0 writes. */
    interface Lead {
        /** This worker is in a generation that begins; its rank 0 is to write. */
        void join(Topology at);

        /** This worker is rank 0 for the first time. */
        void begin();

        /**
         * Called before something is written.
         *
         * @throws ExpelledException when another generation has begun to write
         */
        void require();

        /**
         * Writes something unless another worker of this generation does, or has.
         *
         * @return whether it is there
         */
        boolean alone(Path file, Runnable write);

        /** The run is complete: writes the summary. */
        void complete(Topology at);
    }

    private final RunConfig config;
    private final CadenceConfig every;
    private final RunFolder folder;
    private final CheckpointFolder checkpoints;
    private final long samplesPerEpoch;
    private final long totalSamples;
    private final Snapshot snapshot;
    private final RunState state;
    private final LeaveSignal leave;
    private final Lead lead;
    private Topology at;
    private MetricSink metrics; // null but on rank 0
    private ProgressLine progress; // null but on rank 0
    private long firstSample; // that this worker has led
    private long keepAt = NEVER;
    private long reported = NEVER; // step of the newest line of metrics
    private long reportedSamples; // up to there
    private Map<String, Number> line; // it; null before the first
    private long written = NEVER; // step of the newest line that this worker wrote
    private long checkpointed = NEVER;

    RunCadence(
            RunConfig config,
            RunFolder folder,
            long samplesPerEpoch,
            long totalSteps,
            Snapshot snapshot,
            LeaveSignal leave,
            Lead lead) {
        this.config = config;
        this.every = config.train().cadence();
        this.folder = folder;
        this.checkpoints = folder.checkpoints(every.keepCheckpoints());
        this.samplesPerEpoch = samplesPerEpoch;
        this.totalSamples = totalSteps * config.train().globalBatch();
        this.snapshot = snapshot;
        this.state = snapshot.state;
        this.leave = leave;
        this.lead = lead;
    }

    /** Before a checkpoint is read: those whom this generation goes on without write none more. */
    @Override
    public void joined(Topology now) {
        at = now;
        lead.join(now);
    }

    @Override
    public void met(StepClock clock) {
        leave.listen();
        long done = state.stepsDone();
        if (reported == NEVER || done < reported) { // the first, or all went back to a checkpoint
            close();
            reported = done;
            reportedSamples = state.samples();
            line = null;
            written = NEVER;
            checkpointed = state.loaded();
        }
        if (at.leads()) {
            boolean lineIsMissing =
                    reportDue(done)
                            && written < done
                            && (reported < done || line != null); // else it is there
            if (metrics == null) {
                beginToLead(lineIsMissing ? done - 1 : done);
            }
            if (lineIsMissing) {
                report(done, state.loss(), state.rate(), clock);
            }
            if (checkpointDue(done)) {
                checkpoint();
            }
        }
    }

    /** Opens what rank 0 writes; of the metrics what lies behind a step was of another rank 0. */
    private void beginToLead(long lastLine) {
        lead.begin();
        long firstStep = state.stepsDone();
        firstSample = state.samples();
        metrics = new JsonLinesFile(folder.metrics(), "step", lastLine);
        String label = firstStep == 0 ? "train" : "train from step " + firstStep;
        progress =
                new ProgressLine(
                        System.out, // a launcher passes rank 0's through untouched
                        ProgressLine.onTerminal(),
                        label,
                        totalSamples - firstSample,
                        "images",
                        System.nanoTime());
    }

    @Override
    public boolean toldToLeave() {
        return leave.received();
    }

    @Override
    public void keepAt(long done) {
        keepAt = done;
    }

    @Override
    public boolean readsState(long done) {
        return checksumDue(done) || checkpointDue(done);
    }

    @Override
    public boolean keepsModel(long done) {
        return checkpointDue(done);
    }

    private boolean checksumDue(long done) {
        return every.checksumEvery() > 0 && (ends(done) || done % every.checksumEvery() == 0);
    }

    private boolean reportDue(long done) {
        return ends(done) || done % every.metricsEvery() == 0;
    }

    private boolean checkpointDue(long done) {
        return ends(done) || done % every.checkpointEvery() == 0;
    }

    private boolean complete() {
        return state.samples() >= totalSamples;
    }

    private boolean ends(long done) {
        return complete() || done == keepAt;
    }

    @Override
    public void after(long done, double loss, double learningRate, StepClock clock, Guard guard) {
        if (checksumDue(done)) {
            guard.requireEqualParameters(done, snapshot.model.replicated());
        }
        if (at.leads()) {
            progress.update(imagesLed(), System.nanoTime(), "loss %.4g".formatted(loss));
        }
        if (reportDue(done)) {
            report(done, loss, learningRate, clock);
        }
        if (at.leads() && checkpointDue(done)) {
            checkpoint();
        }
        if (at.leads() && complete()) {
            progress.finish(imagesLed(), System.nanoTime());
        }
    }

    private long imagesLed() {
        return state.samples() - firstSample;
    }

    private void report(long done, double loss, double learningRate, StepClock clock) {
        if (reported < done) {
            long nowNs = System.nanoTime();
            line = metrics(done, loss, learningRate, clock, nowNs);
            clock.reset(nowNs);
            reported = done;
            reportedSamples = state.samples();
        }
        if (at.leads()) {
            lead.require();
            metrics.write(line);
            written = done;
        }
    }

    private Map<String, Number> metrics(
            long done, double loss, double learningRate, StepClock clock, long nowNs) {
        long samples = state.samples();
        long steps = done - reported;
        Map<String, Number> values = new LinkedHashMap<>();
        values.put("step", done);
        values.put("epoch", (double) samples / samplesPerEpoch);
        values.put("samples", samples);
        values.put("loss", loss);
        values.put("learning_rate", learningRate);
        values.put("images_per_second", (samples - reportedSamples) / clock.seconds(nowNs));
        values.putAll(clock.perStep(steps));
        return values;
    }

    @Override
    public void checkpoint() {
        long done = state.stepsDone();
        if (at.leads() && checkpointed != done) {
            write(done);
        }
    }

    @Override
    public boolean checkpointAlone() {
        long done = state.stepsDone();
        return lead.alone(checkpoints.file(done), () -> write(done));
    }

    private void write(long done) {
        lead.require();
        checkpoints.write(
                new Checkpoint(
                        snapshot.network.graph(),
                        snapshot.model.parameters(),
                        snapshot.model.optimizerState(),
                        new Checkpoint.State(
                                done,
                                state.samples(),
                                state.seconds(System.nanoTime()),
                                state.loss(),
                                ConfigLoader.toJson(config),
                                snapshot.dataFingerprint,
                                snapshot.model.lossScale().orElse(null))));
        checkpointed = done;
    }

    /** When a worker is lost behind the summary, the run is complete all the same. */
    @Override
    public void complete(Collective ranks) {
        ranks.barrier(); // all quarantined images are on disk
        if (at.leads()) {
            lead.require();
            lead.complete(at);
        }
        try {
            ranks.barrier(); // nobody leaves before the run is complete on disk
        } catch (PeerLostException | GenerationEndedException e) {
            if (folder.readSummary().isEmpty()) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        if (metrics != null) {
            progress.close();
            metrics.close();
            metrics = null;
        }
    }
}
