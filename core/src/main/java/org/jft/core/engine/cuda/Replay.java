package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.Graph;
import org.jft.core.engine.cuda.driver.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is the same each time: enqueued piece by piece the first time, when libraries still
 * load code, captured into a graph the second, and launched as that graph from then on. What cannot
 * be captured goes on piece by piece.
 */
final class Replay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final Work work;
    private boolean warm;
    private boolean direct;
    private Graph graph;

    Replay(Work work) {
        this.work = work;
    }

    void run(Stream stream) {
        if (warm && !direct && graph == null) {
            try {
                graph = capture(stream);
            } catch (CudaException e) {
                direct = true;
                LOG.warn("not captured, so it runs piece by piece, slower: {}", e.getMessage());
            }
        }
        if (graph == null) {
            runDirectly(stream);
        } else {
            stream.launch(graph);
        }
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
