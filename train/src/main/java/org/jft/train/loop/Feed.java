package org.jft.train.loop;

import java.util.List;
import java.util.Optional;
import org.jft.core.failure.JftException;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.train.loop.StepClock.Part;

/** A worker's micro batches of one generation, in order, of which one may be taken ahead. */
final class Feed implements AutoCloseable {
    /** Where they come from. */
    @FunctionalInterface
    interface Source {
        /**
         * Starts to read.
         *
         * @param partition whose share is read
         * @param endStep the first step that is not read
         * @param ofFirstStep first positions of the micro batches of {@code firstStep}, in place of
         *     the share of it
         */
        BatchLoader open(
                BatchPartition partition, long firstStep, long endStep, List<Long> ofFirstStep);
    }

    private final BatchLoader batches;
    private final StepClock clock;
    private Batch ahead;

    /** Owns the loader. */
    Feed(BatchLoader batches, StepClock clock) {
        this.batches = batches;
        this.clock = clock;
    }

    /** Returns the next batch, owned by the caller. */
    Batch take() {
        Batch batch = ahead == null ? next() : ahead;
        ahead = null;
        return batch;
    }

    /**
     * Returns the batch that is taken next; nothing behind the last. What is wrong is said again
     * when it is taken; until then a step can end.
     */
    Optional<Batch> lookAhead() {
        try {
            ahead = ahead == null ? next() : ahead;
            return Optional.ofNullable(ahead);
        } catch (JftException e) {
            return Optional.empty();
        }
    }

    private Batch next() {
        Batch next = batches.next();
        clock.book(Part.DATA_WAIT, System.nanoTime());
        return next;
    }

    @Override
    public void close() {
        if (ahead != null) {
            ahead.close();
        }
        batches.close();
    }
}
