package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.Dnn;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * cuDNN without cuDNN: three engines for each graph, the second the fastest; none for graphs that
 * it is told to refuse. Where it computes, which takes its time, there is only the second.
 */
final class FakeDnn implements Dnn {
    /** Computes a graph on the host. */
    interface Interpreter {
        void run(OperationGraph graph, long[] addresses);
    }

    private static final long WORKSPACE = 1 << 20;
    private static final int FASTEST = 1;

    /** What each engine takes. */
    double[] millis = {3, 1, 2};

    private final FakeGpu gpu;
    private final Interpreter interpreter;
    private Predicate<OperationGraph> refused = graph -> false;
    int searches;
    int lookUps;

    FakeDnn(FakeGpu gpu, Interpreter interpreter) {
        this.gpu = gpu;
        this.interpreter = interpreter;
        gpu.made(this);
    }

    void refuse(Predicate<OperationGraph> which) {
        refused = which;
    }

    private record FakePlan(FakeGpu gpu, OperationGraph graph, int engine) implements Plan {
        @Override
        public String name() {
            return "engine" + engine;
        }

        @Override
        public long workspaceBytes() {
            return WORKSPACE;
        }

        @Override
        public void close() {
            gpu.closed(this);
        }
    }

    @Override
    public long version() {
        return 91_900;
    }

    @Override
    public List<Plan> plans(OperationGraph graph, int most, long workspaceBytes, boolean exact) {
        searches++;
        gpu.mayFail("finalize");
        if (refused.test(graph)) {
            throw new CudaException.Unsupported("not supported: " + graph);
        }
        List<Plan> plans = new ArrayList<>();
        boolean computes = interpreter != null;
        int first = computes ? FASTEST : 0;
        int end = computes ? FASTEST + 1 : Math.min(most, millis.length);
        for (int engine = first; engine < end; engine++) {
            plans.add(gpu.made(new FakePlan(gpu, graph, engine)));
        }
        return plans;
    }

    @Override
    public Optional<Plan> plan(OperationGraph graph, String name, long workspaceBytes) {
        lookUps++;
        for (int engine = 0; engine < millis.length; engine++) {
            if (name.equals("engine" + engine) && !refused.test(graph)) {
                return Optional.of(gpu.made(new FakePlan(gpu, graph, engine)));
            }
        }
        return Optional.empty();
    }

    @Override
    public void execute(Plan plan, long[] addresses, long workspace, Stream stream) {
        gpu.mayFail("execute");
        FakePlan own = (FakePlan) plan;
        List<Array> bound = own.graph().bound();
        if (bound.size() != addresses.length) {
            throw new AssertionError("%s needs %s addresses".formatted(own.graph(), bound.size()));
        }
        for (int i = 0; i < addresses.length; i++) {
            Array array = bound.get(i);
            long count = array.n() * array.c() * array.h() * array.w();
            String who = own.graph().pattern() + " " + array.name();
            gpu.requireInside(addresses[i], array.element().bytes(count), who);
            if (addresses[i] % 16 != 0) {
                throw new AssertionError(who + " is not aligned");
            }
        }
        gpu.requireInside(workspace, WORKSPACE, "the workspace");
        gpu.enqueue(
                stream,
                "dnn",
                own.graph().pattern() + " " + bound,
                millis[own.engine()],
                () -> interpreter.run(own.graph(), addresses));
    }

    @Override
    public void close() {
        gpu.closed(this);
    }
}
