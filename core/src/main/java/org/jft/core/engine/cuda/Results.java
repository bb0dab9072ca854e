package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * Losses of batches and what became of an update, on their way from the device. Losses have two
 * places that are filled and read in turn.
 */
final class Results {
    private static final int LOSSES = 2;
    private static final long UPDATE_AT = LOSSES * Double.BYTES;
    private static final long BYTES = UPDATE_AT + PassNumbers.OUTCOME_BYTES;

    /** What became of an update. */
    enum Outcome {
        /** All was finite. */
        DONE,
        /** Gradients were not finite, and nothing was changed. */
        LEFT_OUT,
        /** What was written is not finite, or there is no loss scale left to lower. */
        BROKEN
    }

    private final Memory memory;
    private final Event[] ready = new Event[LOSSES];
    private final Event updated;
    private long fetched;
    private long read;
    private double sum;

    Results(Device device) {
        memory = device.own(device.gpu().pin(BYTES, "losses"));
        for (int i = 0; i < LOSSES; i++) {
            ready[i] = device.own(device.gpu().event(false));
        }
        updated = device.own(device.gpu().event(false));
    }

    /** Starts a sum. */
    void clear() {
        drain();
        sum = 0;
    }

    /** Enqueues the copy of a loss. */
    void fetchLoss(long loss, Stream stream) {
        if (fetched - read == LOSSES) {
            readNext();
        }
        int slot = (int) (fetched++ % LOSSES);
        stream.copyToHost(memory.address() + slot * (long) Double.BYTES, loss, Double.BYTES);
        stream.record(ready[slot]);
    }

    /** Enqueues the copy of an update's outcome. */
    void fetchOutcome(long outcome, Stream stream) {
        stream.copyToHost(memory.address() + UPDATE_AT, outcome, PassNumbers.OUTCOME_BYTES);
        stream.record(updated);
    }

    private void readNext() {
        int slot = (int) (read++ % LOSSES);
        ready[slot].synchronize();
        sum += bytes().getDouble(slot * Double.BYTES);
    }

    private ByteBuffer bytes() {
        return HostMemory.bytes(memory.address(), BYTES);
    }

    private void drain() {
        while (read < fetched) {
            readNext();
        }
    }

    /** Waits for all losses and returns their sum. */
    double sum() {
        drain();
        return sum;
    }

    /** Waits for the outcome that was fetched last. */
    Outcome outcome() {
        updated.synchronize();
        boolean finite = bytes().getInt((int) UPDATE_AT) != 0;
        boolean broken = bytes().getInt((int) UPDATE_AT + Integer.BYTES) != 0;
        if (broken) {
            return Outcome.BROKEN;
        }
        return finite ? Outcome.DONE : Outcome.LEFT_OUT;
    }
}
