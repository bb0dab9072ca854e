package org.jft.core.engine;

import java.util.List;

/** Hears how long each kernel of a pass took; for profiles. */
@FunctionalInterface
public interface KernelListener {
    /**
     * One run of one kernel.
     *
     * @param kind of work, such as {@code LinearBackwardData}
     * @param vertex it works for
     * @param implementations the backend's names of the code that ran
     * @param flops multiplications and additions, where they are what takes the time; else 0
     */
    record KernelRun(
            String kind, String vertex, List<String> implementations, long flops, long nanos) {}

    /** Called behind each kernel, in order, on the engine's owner thread. */
    void onRun(KernelRun run);
}
