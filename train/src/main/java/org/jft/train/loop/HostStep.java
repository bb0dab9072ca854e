package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Pass;
import org.jft.data.pipeline.Batch;
import org.jft.train.loop.StepClock.Part;
import org.jft.train.objective.Objective;
import org.jft.train.objective.Targets;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;

/** Loss, sum and update on the host: works with any engine. */
final class HostStep implements LocalStep {
    private final RunConfig config;
    private final Engine engine;
    private final Objective objective;
    private final Optimizer optimizer;
    private final GradientSum sum;
    private final GradientExchange exchange;
    private final boolean overlaps;
    private final FloatBuffer outputGradient; // [microBatch, classes]
    private double scale; // 1 / micro batches of the step
    private Objective now; // the objective of this step
    private long step;
    private double learningRate;
    private double loss; // of this worker's micro batches

    HostStep(
            RunConfig config,
            Engine engine,
            int classes,
            Optimizer optimizer,
            Blocks blocks,
            GradientExchange exchange,
            boolean keeps) {
        this.config = config;
        this.engine = engine;
        this.objective = Objective.of(config.train().objective(), classes);
        this.optimizer = optimizer;
        FloatBuffer gradients = engine.gradients();
        Buckets buckets = Buckets.ofMegabytes(gradients.remaining(), config.cluster().bucketMb());
        this.overlaps = config.cluster().bucketMb() > 0;
        this.exchange = exchange;
        this.sum = new GradientSum(gradients, blocks, buckets, exchange, keeps);
        int micro = config.train().microBatch();
        this.outputGradient =
                ByteBuffer.allocateDirect(Float.BYTES * Math.multiplyExact(micro, classes))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
    }

    @Override
    public void begin(long number, double progress, double rate, int microBatches) {
        scale = 1.0 / microBatches;
        now = objective.at(progress);
        step = number;
        learningRate = rate;
        loss = 0;
        sum.begin();
    }

    @Override
    public void lastComes(Collective collective) {
        if (overlaps) {
            sum.lastComes(collective);
        }
    }

    @Override
    public void add(Batch batch, int index, StepClock clock) {
        sum.beforePass();
        loss += forward(batch);
        clock.book(Part.FORWARD, System.nanoTime());
        engine.backward(List.of(outputGradient), sum::finished);
        sum.add();
        clock.book(Part.BACKWARD, System.nanoTime());
    }

    /** Returns the mean loss of a micro batch; its gradient is then in {@link #outputGradient}. */
    private double forward(Batch batch) {
        EngineInput pixels =
                EngineInput.pixels(batch.pixels(), batch.size(), config.data().image());
        Pass pass = Pass.training(batch.firstPosition());
        FloatBuffer logits = engine.forward(List.of(pixels), pass).get(0);
        Targets targets = new Targets(batch.labelOffsets(), batch.labelIds(), batch.confidences());
        return now.loss(logits, targets, outputGradient);
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public List<RankReport> reduce(Collective collective, StepClock clock, RankReport.Wish wish) {
        clock.bookHidden(sum.reduce(collective));
        RankReport own = new RankReport((float) loss, wish, clock.takeOwnMillis());
        List<RankReport> all = own.gather(collective);
        clock.book(Part.ALLREDUCE, System.nanoTime());
        return all;
    }

    @Override
    public void update(Guard guard) {
        Optimizer.Step numbers = new Optimizer.Step(scale, clip(guard), learningRate, step);
        boolean finite = optimizer.step(engine.parameters(), sum.gradients(), numbers);
        guard.requireFinite("an update", step + 1, finite, this::ownGradientIsFinite);
    }

    private double clip(Guard guard) {
        double limit = config.train().clipNorm();
        if (limit == 0) {
            return 1;
        }
        double norm = optimizer.gradientNorm(sum.gradients(), scale);
        guard.requireFinite(
                "the gradient's norm", step + 1, Double.isFinite(norm), this::ownGradientIsFinite);
        return norm > limit ? limit / norm : 1;
    }

    /** Tells of this rank's last micro batch. */
    private boolean ownGradientIsFinite() {
        return ParameterHash.finite(engine.gradients());
    }

    @Override
    public void settle() {
        // The host's are the only ones.
    }

    @Override
    public void stop() {
        exchange.stop();
    }
}
