package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * Times work on the device as it will run, in a CUDA graph, in a stream of its own; what the work
 * writes is written.
 */
final class Stopwatch implements AutoCloseable {
    private static final int RUNS = 5;
    private static final double HOPELESS = 3; // times the best

    private final Scope scope = new Scope();
    private final Stream stream;
    private final Event before;
    private final Event after;

    Stopwatch(Gpu gpu) {
        try {
            stream = scope.own(gpu.stream());
            before = scope.own(gpu.event(true));
            after = scope.own(gpu.event(true));
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Returns the milliseconds of a run, the mean of several.
     *
     * @param best of others so far, 0 if there is none to compare with; what takes several times as
     *     long is not run again
     */
    double millis(Work work, double best) {
        try (Replay replay = new Replay(work)) {
            replay.run(stream); // loads code
            replay.run(stream); // captures: what is short would wait for the host that launches it
            double first = mean(replay, 1);
            return first > HOPELESS * best ? first : mean(replay, RUNS);
        }
    }

    private double mean(Replay replay, int runs) {
        stream.record(before);
        for (int i = 0; i < runs; i++) {
            replay.run(stream);
        }
        stream.record(after);
        after.synchronize();
        return after.millisSince(before) / runs;
    }

    @Override
    public void close() {
        scope.close();
    }
}
