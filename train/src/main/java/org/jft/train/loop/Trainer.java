package org.jft.train.loop;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Collectives;
import org.jft.cluster.launch.Team;
import org.jft.cluster.membership.CoordinatorLostException;
import org.jft.cluster.membership.ForgottenException;
import org.jft.cluster.membership.TooFewMembersException;
import org.jft.core.config.ElasticConfig.BelowMin;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.JftException;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.Batch;
import org.jft.train.loop.RankReport.Wish;
import org.jft.train.loop.StepClock.Part;
import org.jft.train.optimizer.Schedule;

/**
 * Synchronous data-parallel training: all ranks hold equal parameters; each step sums the gradients
 * of all micro batches over all ranks and applies their mean. A micro batch has the same members on
 * any number of workers, so runs of the same global batch differ between world sizes only by the
 * order of float additions.
 *
 * <p>When a worker is lost the others meet anew. A step that was under way is not lost, and not
 * taken twice: who has applied it gives its state to who has not; if nobody has, they sum again the
 * gradients they still have, and those of micro batches that nobody has any more once they are
 * dealt out and computed.
 */
final class Trainer {
    /** How often those who wait for more workers look whether some have come. */
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RunConfig config;
    private final TrainedModel model;
    private final RunState state;
    private final long totalSamples;
    private final Team team;
    private final GradientExchange exchange;
    private final Schedule learningRate;
    private final Deal deal = new Deal();
    private final StepClock clock = new StepClock(System.nanoTime());
    private LocalStep local; // null before the first generation

    private Collective ranks; // of the generation, as all below
    private Guard guard;
    private Stragglers stragglers;
    private BatchPartition partition; // of the steps behind the one it has begun with
    private int microBatches; // of the step, over all workers
    private List<Integer> due; // of these, what this worker is to add
    private Feed feed; // null while none is open
    private Wish wish; // what this worker has said of the step
    private boolean leaverWaits; // until a coordinator is back; on all ranks alike

    /**
     * Prepares.
     *
     * @param state of this model
     * @param totalSteps of {@code train.global_batch} samples
     */
    Trainer(
            RunConfig config,
            TrainedModel model,
            RunState state,
            long totalSteps,
            Team team,
            GradientExchange exchange) {
        this.config = config;
        this.model = model;
        this.state = state;
        this.totalSamples = totalSteps * config.train().globalBatch();
        this.team = team;
        this.exchange = exchange;
        this.learningRate = Schedule.of(config.train().schedule(), totalSteps);
    }

    /**
     * Trains to the last step.
     *
     * @throws LeftEarlyException behind a step in which this worker was told to leave, or others
     *     were without whom the job does not go on
     * @throws TooFewMembersException when fewer are left than train, and do not wait for more
     * @throws CoordinatorLostException when workers have come or gone, and the others cannot meet
     * @throws ForgottenException when they cannot for the coordinator has lost its log
     */
    void run(Feed.Source source, Cadence cadence) {
        Optional<JftException> end = Optional.empty(); // what ended the last generation
        boolean complete = false;
        try {
            while (!complete) {
                try {
                    meet(end, source, cadence);
                    complete = enough() ? train(cadence) : await(cadence);
                    end = Optional.empty();
                } catch (JftException e) {
                    if (!team.outlives(e)) {
                        throw e;
                    }
                    end = Optional.of(e);
                }
            }
        } finally {
            stop();
        }
    }

    /** Brings the members of a generation to the same state, and deals out the step they are at. */
    private void meet(Optional<JftException> end, Feed.Source source, Cadence cadence) {
        stop();
        ranks = meetOthers(end, cadence);
        cadence.joined(ranks.topology());
        guard = new Guard(ranks);
        leaverWaits = false; // or newcomers would not know
        if (state.level(ranks)) {
            deal.begin(); // what this worker had was of another state
        }
        if (local == null) {
            local = model.step(ranks, exchange, clock, team.changes());
            clock.reset(System.nanoTime());
        }
        if (team.changes()) {
            guard.requireEqualParameters(state.stepsDone(), model.replicated());
            Preflight.heedClocks(ranks); // the rest the coordinator has compared
        }
        cadence.met(clock);
        clock.newRanks();
        if (!enough()) {
            return;
        }
        open(source);
        clock.skip(System.nanoTime());
    }

    /** Deals out the step that the members are at, and begins to read. */
    private void open(Feed.Source source) {
        int micro = config.train().microBatch();
        int batch = config.globalBatch(ranks.topology().worldSize());
        OptionalInt begun = team.changes() ? deal.begun(ranks) : OptionalInt.empty();
        microBatches = begun.orElse(batch / micro);
        long next = state.samples() + (long) microBatches * micro; // where the step behind begins
        long step = state.stepsDone();
        partition = new BatchPartition(batch, micro, ranks.topology(), next - (step + 1) * batch);
        stragglers =
                new Stragglers(
                        ranks,
                        partition.shares(),
                        Collectives.hostName(),
                        config.train().cadence().metricsEvery(),
                        Preflight::warn);
        due = begun.isPresent() ? deal.again(ranks, microBatches) : partition.share();
        long end = complete() ? step : step + 1 + ceilDiv(totalSamples - next, batch);
        List<Long> positions =
                due.stream().map(index -> state.samples() + (long) index * micro).toList();
        feed = new Feed(source.open(partition, step, end, positions), clock);
    }

    private static long ceilDiv(long samples, int batch) {
        return Math.max(0, (samples + batch - 1) / batch);
    }

    /** Returns whether the run has taken all its samples, or some more to fill the last step. */
    private boolean complete() {
        return state.samples() >= totalSamples;
    }

    /** Returns the steps of the whole run, if the workers stay who they are. */
    private long totalSteps() {
        int batch = config.globalBatch(ranks.topology().worldSize());
        return state.stepsDone() + ceilDiv(totalSamples - state.samples(), batch);
    }

    private Collective meetOthers(Optional<JftException> end, Cadence cadence) {
        try {
            return team.meet(state.stepsDone(), end);
        } catch (CoordinatorLostException e) {
            throw new CoordinatorLostException(stopped(e.getMessage(), cadence));
        } catch (ForgottenException e) {
            throw new ForgottenException(stopped(e.getMessage(), cadence));
        } catch (TooFewMembersException e) {
            throw new TooFewMembersException(stopped(e.getMessage(), cadence));
        }
    }

    /** Leaves a checkpoint, for nobody else may know as much; returns why it stops, and how. */
    private String stopped(String why, Cadence cadence) {
        if (state.stepsDone() <= 0) {
            return why;
        }
        boolean kept = cadence.checkpointAlone();
        if (kept && cadence.toldToLeave()) {
            throw new LeftEarlyException(state.stepsDone(), totalSteps(), true, true);
        }
        return "%s: stopped after step %d of %d %s"
                .formatted(
                        why,
                        state.stepsDone(),
                        totalSteps(),
                        kept
                                ? "with a checkpoint; the same command goes on from there"
                                : "without a checkpoint, which another worker has not finished; the same command goes on from the newest");
    }

    /** Trains to the last step, or to one behind which the members have agreed to meet. */
    private boolean train(Cadence cadence) {
        while (!complete()) {
            Agreement agreed = step(cadence);
            if (agreed != Agreement.GO_ON) {
                part(agreed);
                return false;
            }
            due = partition.share();
            microBatches = partition.microBatches();
        }
        cadence.complete(ranks);
        return true;
    }

    /**
     * Too few to train end with a checkpoint, or wait until there are more, or all are to leave.
     */
    private boolean await(Cadence cadence) {
        cadence.checkpoint();
        if (config.cluster().elastic().belowMin() == BelowMin.STOP) {
            ranks.barrier();
            team.leave();
            throw new TooFewMembersException(
                    "of %d workers at least (cluster.elastic.min_workers) only %d are left: stopped after step %d of %d with a checkpoint; the same command goes on from there"
                            .formatted(
                                    config.cluster().minWorkers(),
                                    ranks.topology().worldSize(),
                                    state.stepsDone(),
                                    totalSteps()));
        }
        Agreement agreed = Agreement.GO_ON;
        while (agreed == Agreement.GO_ON) {
            LockSupport.parkNanos(LOOK_AGAIN_NS);
            wish = wish(cadence);
            agreed = Agreement.of(new RankReport(0, wish, 0).gather(ranks), config.cluster());
        }
        part(agreed);
        return false;
    }

    /** Some go, or all do; or all are to meet. */
    private void part(Agreement agreed) {
        ranks.barrier(); // a launcher ends rank 0 when others have ended
        boolean told = wish == Wish.LEAVE || wish == Wish.LEAVE_LATER && agreed == Agreement.END;
        if (agreed == Agreement.END || told) { // and the others know
            team.leave();
            throw new LeftEarlyException(
                    state.stepsDone(), totalSteps(), told, agreed == Agreement.END);
        }
    }

    private Agreement step(Cadence cadence) {
        long step = state.stepsDone();
        int nominal = config.train().globalBatch();
        long samples = (long) microBatches * config.train().microBatch();
        double rate = learningRate.at(state.samples() / nominal) * ((double) samples / nominal);
        long sentBefore = ranks.sentBytes();
        if (deal.empty()) {
            double progress = (double) state.samples() / totalSamples;
            local.begin(step, progress, rate, microBatches);
        }
        for (int i = 0; i < due.size(); i++) {
            try (Batch batch = feed.take()) {
                if (i == due.size() - 1) {
                    local.lastComes(ranks);
                }
                local.add(batch, i, clock);
            }
            deal.add(due.get(i), microBatches);
            // Now, so that a device has its next images before it is done with these.
            feed.lookAhead().ifPresent(local::comingUp);
        }
        double ownLoss = local.loss();
        clock.book(Part.BACKWARD, System.nanoTime());
        wish = wish(cadence);
        List<RankReport> reports = local.reduce(ranks, clock, wish);
        double loss = RankReport.loss(reports);
        guard.requireFinite(
                "the loss", step + 1, Double.isFinite(loss), () -> Double.isFinite(ownLoss));
        clock.note(reports);
        stragglers.add(step + 1, reports);
        boolean last = state.samples() + samples >= totalSamples;
        Agreement agreed = last ? Agreement.GO_ON : Agreement.of(reports, config.cluster());
        boolean later = RankReport.count(reports, Wish.LEAVE_LATER) > 0;
        if (agreed == Agreement.END || later && !leaverWaits) {
            cadence.keepAt(step + 1); // who waits may be killed meanwhile
        }
        leaverWaits = later;
        local.update(guard);
        clock.bookSent(ranks.sentBytes() - sentBefore);
        state.advance(samples, loss / microBatches, rate);
        deal.begin();
        if (cadence.readsState(step + 1)) {
            local.settle();
        }
        if (cadence.keepsModel(step + 1)) {
            model.gather(ranks);
        }
        clock.book(Part.UPDATE, System.nanoTime());
        cadence.after(step + 1, state.loss(), rate, clock, guard);
        clock.skip(System.nanoTime());
        return agreed;
    }

    private Wish wish(Cadence cadence) {
        boolean canMeet = team.canMeet();
        if (cadence.toldToLeave()) {
            return canMeet ? Wish.LEAVE : Wish.LEAVE_LATER;
        }
        return canMeet && team.newcomersWait() ? Wish.LET_IN : Wish.GO_ON;
    }

    /** Returns whether there are enough workers to train, or nothing is left to train. */
    private boolean enough() {
        return !team.changes()
                || ranks.topology().worldSize() >= config.cluster().minWorkers()
                || complete();
    }

    /** Lets go of what belongs to a generation. */
    private void stop() {
        if (local != null) {
            local.stop();
        }
        if (feed != null) {
            feed.close();
            feed = null;
        }
    }
}
