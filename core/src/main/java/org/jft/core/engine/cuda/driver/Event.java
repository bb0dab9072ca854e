package org.jft.core.engine.cuda.driver;

/** A point in a stream. */
public interface Event extends AutoCloseable {
    /** Waits on the host until the stream has passed it. */
    void synchronize();

    /** Returns the time between two passed events that were created with timing. */
    double millisSince(Event earlier);

    @Override
    void close();
}
