package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * Losses of batches, and whether gradients were finite, on their way from the device: two places
 * that are filled and read in turn.
 */
final class Results {
    private static final int SLOTS = 2;
    private static final long SLOT_BYTES = 16; // loss, double; finite, int
    private static final int FINITE_AT = Double.BYTES;

    private final Memory memory;
    private final Event[] ready = new Event[SLOTS];
    private long fetched;
    private long read;
    private double sum;

    Results(Device device) {
        memory = device.own(device.gpu().pin(SLOTS * SLOT_BYTES, "losses"));
        for (int i = 0; i < SLOTS; i++) {
            ready[i] = device.own(device.gpu().event(false));
        }
    }

    /** Starts a sum. */
    void clear() {
        drain();
        sum = 0;
    }

    /** Enqueues the copies. */
    void fetch(long loss, long finite, Stream stream) {
        if (fetched - read == SLOTS) {
            readNext();
        }
        int slot = (int) (fetched++ % SLOTS);
        long to = memory.address() + slot * SLOT_BYTES;
        stream.copyToHost(to, loss, Double.BYTES);
        stream.copyToHost(to + FINITE_AT, finite, Integer.BYTES);
        stream.record(ready[slot]);
    }

    private void readNext() {
        int slot = (int) (read++ % SLOTS);
        ready[slot].synchronize();
        sum += bytes(slot).getDouble();
    }

    private ByteBuffer bytes(int slot) {
        return HostMemory.bytes(memory.address() + slot * SLOT_BYTES, SLOT_BYTES);
    }

    private void drain() {
        while (read < fetched) {
            readNext();
        }
    }

    /** Waits for all and returns their sum. */
    double sum() {
        drain();
        return sum;
    }

    /** Waits and returns whether the gradients were finite when the last was fetched. */
    boolean finite() {
        drain();
        return bytes((int) ((fetched - 1) % SLOTS)).getInt(FINITE_AT) != 0;
    }
}
