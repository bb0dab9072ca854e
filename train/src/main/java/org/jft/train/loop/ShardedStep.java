package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Pass;
import org.jft.data.pipeline.Batch;
import org.jft.train.loop.RankReport.Wish;
import org.jft.train.loop.StepClock.Part;
import org.jft.train.objective.ClassSlice;
import org.jft.train.objective.Targets;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;
import org.jft.train.sharding.ShardedHead;

/**
 * A step on the host with the classes dealt out to the workers. Each micro batch goes through the
 * trunk on its own worker and through all slices of the head; the trunk's gradients are summed over
 * the workers as in {@link HostStep}, a slice's are complete as they are.
 */
final class ShardedStep implements LocalStep {
    private final RunConfig config;
    private final Collective collective;
    private final Engine trunk;
    private final Engine slice;
    private final Optimizer trunkOptimizer;
    private final Optimizer sliceOptimizer;
    private final ShardedHead head;
    private final FloatBuffer featureGradient; // [microBatch, features]
    private final boolean overlaps;
    private final GradientExchange exchange;
    private final GradientSum trunkSum;
    private final GradientSum sliceSum; // of no other worker
    private double scale; // 1 / micro batches of a step
    private long step;
    private double learningRate;
    private boolean last; // the micro batch to come is the step's last
    private double loss; // of this worker's classes, over the micro batches of all

    ShardedStep(
            RunConfig config,
            ShardedModel.Trained trunk,
            ShardedModel.Trained slice,
            ClassSlice classes,
            Collective collective,
            Blocks blocks,
            GradientExchange exchange) {
        this.config = config;
        this.collective = collective;
        this.trunk = trunk.engine();
        this.slice = slice.engine();
        trunkOptimizer = trunk.optimizer();
        sliceOptimizer = slice.optimizer();
        int micro = config.train().microBatch();
        int width = this.slice.layout().length() / classes.count() - 1; // weights, bias
        head =
                new ShardedHead(
                        this.slice, collective, config.train().objective(), classes, width, micro);
        featureGradient =
                ByteBuffer.allocateDirect(Float.BYTES * Math.multiplyExact(micro, width))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        overlaps = config.cluster().bucketMb() > 0;
        this.exchange = exchange;
        trunkSum = sum(this.trunk, config.cluster().bucketMb(), blocks, exchange);
        sliceSum = sum(this.slice, 0, blocks, exchange);
    }

    private static GradientSum sum(
            Engine engine, double bucketMb, Blocks blocks, GradientExchange exchange) {
        FloatBuffer gradients = engine.gradients();
        Buckets buckets = Buckets.ofMegabytes(gradients.remaining(), bucketMb);
        return new GradientSum(gradients, blocks, buckets, exchange, false);
    }

    @Override
    public void begin(long number, double progress, double rate, int microBatches) {
        scale = 1.0 / microBatches;
        step = number;
        learningRate = rate;
        loss = 0;
        last = false;
        trunkSum.begin();
        sliceSum.begin();
    }

    @Override
    public void lastComes(Collective ranks) {
        last = true;
    }

    @Override
    public void add(Batch batch, int index, StepClock clock) {
        trunkSum.beforePass();
        sliceSum.beforePass();
        FloatBuffer features = forward(batch);
        clock.book(Part.FORWARD, System.nanoTime());
        head.gather(
                features, new Targets(batch.labelOffsets(), batch.labelIds(), batch.confidences()));
        clock.book(Part.ALLREDUCE, System.nanoTime());
        loss += head.loss();
        clock.book(Part.FORWARD, System.nanoTime());
        head.backward();
        clock.book(Part.BACKWARD, System.nanoTime());
        head.scatter(featureGradient);
        clock.book(Part.ALLREDUCE, System.nanoTime());
        if (last && overlaps) {
            trunkSum.lastComes(collective); // which the head is done with
        }
        trunk.backward(List.of(featureGradient), trunkSum::finished);
        trunkSum.add();
        sliceSum.add();
        clock.book(Part.BACKWARD, System.nanoTime());
    }

    private FloatBuffer forward(Batch batch) {
        EngineInput pixels =
                EngineInput.pixels(batch.pixels(), batch.size(), config.data().image());
        return trunk.forward(List.of(pixels), Pass.training(batch.firstPosition())).get(0);
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public List<RankReport> reduce(Collective ranks, StepClock clock, Wish wish) {
        clock.bookHidden(trunkSum.reduce(ranks));
        sliceSum.reduce(Collective.solo());
        RankReport own = new RankReport((float) loss, wish, clock.takeOwnMillis());
        List<RankReport> all = own.gather(ranks);
        clock.book(Part.ALLREDUCE, System.nanoTime());
        return all;
    }

    @Override
    public void update(Guard guard) {
        Optimizer.Step numbers = new Optimizer.Step(scale, clip(guard), learningRate, step);
        boolean finite =
                trunkOptimizer.step(trunk.parameters(), trunkSum.gradients(), numbers)
                        & sliceOptimizer.step(
                                slice.parameters(),
                                sliceSum.gradients(),
                                numbers,
                                this::sumOverRanks);
        boolean all = Arrays.stream(collective.allGather(finite ? 0 : 1)).sum() == 0;
        guard.requireFinite("an update", step + 1, all, this::ownGradientIsFinite);
    }

    private double clip(Guard guard) {
        double limit = config.train().clipNorm();
        if (limit == 0) {
            return 1;
        }
        double ofTrunk = trunkOptimizer.gradientNorm(trunkSum.gradients(), scale);
        double ofSlice = sliceOptimizer.gradientNorm(sliceSum.gradients(), scale);
        double[] squares = {ofSlice * ofSlice};
        sumOverRanks(squares);
        double norm = Math.sqrt(ofTrunk * ofTrunk + squares[0]);
        guard.requireFinite(
                "the gradient's norm", step + 1, Double.isFinite(norm), this::ownGradientIsFinite);
        return norm > limit ? limit / norm : 1;
    }

    /** Adds up what each rank has of its classes, in the order of the ranks. */
    private void sumOverRanks(double[] squares) {
        for (int i = 0; i < squares.length; i++) {
            double sum = 0;
            for (long bits : collective.allGather(Double.doubleToRawLongBits(squares[i]))) {
                sum += Double.longBitsToDouble(bits);
            }
            squares[i] = sum;
        }
    }

    /** Tells of this rank's last micro batch. */
    private boolean ownGradientIsFinite() {
        return ParameterHash.finite(trunk.gradients()) && ParameterHash.finite(slice.gradients());
    }

    @Override
    public void settle() {
        // A checkpoint is put together when it is due.
    }

    @Override
    public void stop() {
        exchange.stop();
    }
}
