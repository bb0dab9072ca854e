package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * Two slots of page-locked memory that the host fills in turn while the device still reads the
 * other.
 */
final class PinnedRing {
    private static final int SLOTS = 2;

    private final Memory memory;
    private final long slotBytes;
    private final Event[] read = new Event[SLOTS];
    private final boolean[] used = new boolean[SLOTS];
    private int current;

    PinnedRing(Gpu gpu, Scope scope, long slotBytes, String purpose) {
        this.slotBytes = TaskBuilder.roundUp(slotBytes);
        memory = scope.own(gpu.pin(SLOTS * this.slotBytes, purpose));
        for (int i = 0; i < SLOTS; i++) {
            read[i] = scope.own(gpu.event(false));
        }
    }

    /** Waits until a slot has been read and returns its address. */
    long next() {
        current = (current + 1) % SLOTS;
        if (used[current]) {
            read[current].synchronize();
        }
        return memory.address() + current * slotBytes;
    }

    /** Says that all copies from the slot are in the stream. */
    void sent(Stream stream) {
        stream.record(read[current]);
        used[current] = true;
    }
}
