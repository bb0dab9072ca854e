package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.driver.Graph;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * Work that is the same each time: enqueued piece by piece the first time, when libraries still
 * load code, captured into a graph the second, and launched as that graph from then on.
 */
final class Replay implements AutoCloseable {
    private final Work work;
    private boolean warm;
    private Graph graph;

    Replay(Work work) {
        this.work = work;
    }

    void run(Stream stream) {
        if (!warm) {
            work.enqueue(stream);
            warm = true;
            return;
        }
        if (graph == null) {
            graph = capture(stream);
        }
        stream.launch(graph);
    }

    /** Enqueues piece by piece, whatever has been captured. */
    void runDirectly(Stream stream) {
        work.enqueue(stream);
        warm = true;
    }

    private Graph capture(Stream stream) {
        stream.beginCapture();
        boolean whole = false;
        try {
            work.enqueue(stream);
            whole = true;
        } finally {
            if (!whole) {
                abandon(stream);
            }
        }
        return stream.endCapture();
    }

    /** Leaves capture mode, so that the stream can be used; what failed is on its way already. */
    private static void abandon(Stream stream) {
        try {
            stream.endCapture().close();
        } catch (RuntimeException ignored) {
            // A capture that failed has no graph.
        }
    }

    @Override
    public void close() {
        if (graph != null) {
            graph.close();
            graph = null;
        }
    }
}
