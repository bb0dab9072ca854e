package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.Event;

/** An event of the fake. */
final class FakeEvent implements Event {
    private final FakeGpu gpu;
    private final boolean timed;
    boolean recorded;
    double at;

    FakeEvent(FakeGpu gpu, boolean timed) {
        this.gpu = gpu;
        this.timed = timed;
    }

    @Override
    public void synchronize() {
        gpu.require(this, "an event");
        gpu.requireNotCapturing("cudaEventSynchronize");
        if (!recorded) {
            throw new AssertionError("an event is waited for that was never recorded");
        }
    }

    @Override
    public double millisSince(Event earlier) {
        if (!timed) {
            throw new AssertionError("this event keeps no time");
        }
        return at - ((FakeEvent) earlier).at;
    }

    @Override
    public void close() {
        gpu.closed(this);
    }
}
