package org.jft.core.engine.cuda.driver;

import java.util.List;
import java.util.Optional;

/** cuDNN's graph interface: operation graphs become plans, plans run. */
public interface Dnn extends AutoCloseable {
    /** A way to compute a graph. */
    interface Plan extends AutoCloseable {
        /** Returns cuDNN's number of the engine and its knobs, the same in every process. */
        String name();

        /** Returns the working memory that it needs. */
        long workspaceBytes();

        @Override
        void close();
    }

    /** Returns the version, 10000 major + 100 minor + patch. */
    long version();

    /**
     * Returns plans for a graph, the best guess first: heuristic mode A, then B, then the fallback
     * list. Engines that turn the graph down when built are left out, and those whose results
     * differ from run to run, unless there is no other. Of engines that compile code for a plan,
     * which takes a second each, the first two are taken.
     *
     * @param most as many at most
     * @param workspaceBytes plans that need more are left out
     * @param exact whether engines are left out that round float32 to fewer bits on the way
     * @return at least one
     * @throws CudaException.Unsupported if cuDNN has no engine for it: so it will be next time, too
     * @throws CudaException if there is no plan for any other reason; the message has the first
     */
    List<Plan> plans(OperationGraph graph, int most, long workspaceBytes, boolean exact);

    /**
     * Returns the plan of a name, if cuDNN still proposes it and it still builds.
     *
     * @param workspaceBytes the most it may need
     * @throws CudaException if cuDNN does not take the graph
     */
    Optional<Plan> plan(OperationGraph graph, String name, long workspaceBytes);

    /**
     * Enqueues a plan.
     *
     * @param addresses of the graph's {@link OperationGraph#bound} arrays, in their order
     * @param workspace address of as many bytes as the plan needs
     */
    void execute(Plan plan, long[] addresses, long workspace, Stream stream);

    @Override
    void close();
}
