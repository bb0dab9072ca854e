package org.jft.endtoend;

import java.util.Map;

/** A job whose workers come and go, as those see it who let things befall it. */
interface ElasticJob extends AutoCloseable {
    /** Returns whether it is not over yet. */
    boolean runs();

    /** Returns the workers that live, by number. */
    Map<Integer, ProcessHandle> workers();

    /** Tells a worker to leave. Returns false when the job cannot do without it. */
    boolean leave(int worker);

    /** Starts another worker. Returns false when there are enough. */
    boolean join(int worker);

    /** Kills the coordinator that leads. Returns false when the job cannot do without it now. */
    boolean killCoordinator();

    /** Cuts a worker's host off. Returns false when there is no cable to pull. */
    boolean cutOff(int worker);

    /** Undoes {@link #cutOff}. */
    void plugIn(int worker);

    /** Waits until all workers have ended; fails when the run is not complete then. */
    void awaitEnd();

    /** Returns all that was said on standard error. */
    String said();

    /** Ends all that still runs. */
    @Override
    void close();
}
