package org.jft.train.loop;

import java.util.Optional;
import java.util.stream.LongStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.membership.ExpelledException;
import org.jft.core.engine.LossScale;

/**
 * What a step depends on and all ranks have alike: the parameters, the optimizer's state, and how
 * many steps they have seen. With the seed that fixes all that is to come.
 */
final class RunState {
    /** The steps of a worker that has nothing but the parameters it has drawn. */
    static final long NONE = -1;

    /** The steps of a worker whose parameters are partly another's, who was then lost. */
    private static final long TORN = -2;

    /** Where the run goes on when no worker has a state. */
    interface Origin {
        /** Loads the newest checkpoint, if there is one, into the model. */
        Optional<Resume> load();
    }

    private final TrainedModel model;
    private final Origin origin;
    private final long startNs;
    private long stepsDone = NONE;
    private long loaded = NONE; // steps of the origin that this worker has gone on from
    private long samples;
    private double loss = Double.NaN;
    private double rate = Double.NaN;
    private boolean replaced; // by another's or a checkpoint's, and nobody was told yet
    private double secondsBefore; // of training, by the workers there were before this one

    /**
     * Describes.
     *
     * @param startNs when this worker began
     */
    RunState(TrainedModel model, Origin origin, long startNs) {
        this.model = model;
        this.origin = origin;
        this.startNs = startNs;
    }

    /** Returns how many updates the parameters have seen. */
    long stepsDone() {
        return stepsDone;
    }

    /** Returns the steps of the checkpoint that all have gone on from; negative if none. */
    long loaded() {
        return loaded;
    }

    /** Returns how many samples these updates have taken: where the next step begins. */
    long samples() {
        return samples;
    }

    /** Returns the learning rate of the last step. */
    double rate() {
        return rate;
    }

    /** Returns the mean loss of the last step. */
    double loss() {
        return loss;
    }

    /** Returns how long the run has trained, with what was trained before it was resumed. */
    double seconds(long nowNs) {
        return secondsBefore + (nowNs - startNs) / 1e9;
    }

    /** The parameters have been updated, by a step of so many samples. */
    void advance(long samplesOfStep, double lossOfStep, double rateOfStep) {
        stepsDone++;
        samples += samplesOfStep;
        loss = lossOfStep;
        rate = rateOfStep;
    }

    /**
     * Brings all ranks to the same state, that of who is ahead. All call. Who is behind has none of
     * its own until it has all of the other's: were the sender lost in between, it must not pass
     * for one that is ahead.
     *
     * @return whether this rank has had another state since the last time that this succeeded
     */
    boolean level(Collective ranks) {
        long[] done = ranks.allGather(stepsDone);
        long ahead = LongStream.of(done).max().orElseThrow();
        if (ahead >= 0 && LongStream.of(done).allMatch(each -> each == ahead)) {
            return told();
        }
        int source = 0;
        while (done[source] < ahead) {
            source++;
        }
        if (ahead < 0 && ranks.topology().rank() == source) {
            load(ranks.topology().rank());
        }
        long step = ranks.allGather(stepsDone)[source];
        if (stepsDone != step) {
            replaced = true;
            // All draw the same to begin with; but not who already had some of another state.
            stepsDone = step == 0 && stepsDone == NONE ? NONE : TORN;
        }
        spread(ranks, source);
        stepsDone = step;
        loaded = ahead < 0 ? step : loaded;
        return told();
    }

    private boolean told() {
        boolean was = replaced;
        replaced = false;
        return was;
    }

    private void load(int rank) {
        Optional<Resume> checkpoint = origin.load();
        if (checkpoint.isEmpty() && stepsDone == TORN) {
            throw new ExpelledException(
                    "rank %d was given the state of one that was lost before it had all of it, and there is no checkpoint to go back to: start it anew"
                            .formatted(rank));
        }
        Resume resume = checkpoint.orElse(Resume.FROM_SCRATCH);
        replaced = true;
        stepsDone = resume.step();
        samples = resume.samples();
        loss = resume.loss();
        secondsBefore = resume.wallSeconds();
    }

    private void spread(Collective ranks, int source) {
        long nowNs = System.nanoTime();
        samples = ranks.allGather(samples)[source];
        double sourceLoss = shared(loss, ranks, source);
        double sourceRate = shared(rate, ranks, source);
        double seconds = shared(seconds(nowNs), ranks, source);
        // Also from scratch: equal parameters are given, not hoped for.
        model.spread(ranks, source);
        shareLossScale(ranks, source);
        loss = sourceLoss;
        rate = sourceRate;
        secondsBefore += seconds - seconds(nowNs);
    }

    private void shareLossScale(Collective ranks, int source) {
        LossScale own = model.lossScale().orElse(new LossScale(0, 0));
        float factor = (float) shared(own.factor(), ranks, source);
        int goodSteps = (int) ranks.allGather(own.goodSteps())[source];
        if (factor > 0) {
            model.keep(new LossScale(factor, goodSteps));
        }
    }

    private static double shared(double own, Collective ranks, int source) {
        return Double.longBitsToDouble(ranks.allGather(Double.doubleToLongBits(own))[source]);
    }
}
