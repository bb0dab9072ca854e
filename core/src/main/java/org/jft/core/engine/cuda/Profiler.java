package org.jft.core.engine.cuda;

import org.jft.core.engine.KernelListener;
import org.jft.core.engine.KernelListener.KernelRun;
import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Stream;

/** Times tasks one by one, outside graphs, while somebody listens. */
final class Profiler {
    private final Event before;
    private final Event after;
    private KernelListener listener; // null while nobody does

    Profiler(Device device, Scope scope) {
        before = scope.own(device.gpu().event(true));
        after = scope.own(device.gpu().event(true));
    }

    /** Wraps a task's work. */
    Work watch(CompiledTask task, Work work) {
        return stream -> {
            if (listener == null) {
                work.enqueue(stream);
            } else {
                time(task, work, stream);
            }
        };
    }

    private void time(CompiledTask task, Work work, Stream stream) {
        stream.record(before);
        work.enqueue(stream);
        stream.record(after);
        after.synchronize();
        listener.onRun(
                new KernelRun(
                        task.task().getClass().getSimpleName(),
                        task.task().of(),
                        work.code(),
                        task.flops(),
                        (long) (after.millisSince(before) * 1e6)));
    }

    /** Runs piece by piece and reports each. */
    void run(Replay replay, Stream stream, KernelListener to) {
        listener = to;
        try {
            replay.runDirectly(stream);
        } finally {
            listener = null;
        }
    }
}
