package org.jft.core.engine.onednn;

import org.jft.core.config.EngineConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.WeightDraw;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.program.Lowering;
import org.jft.core.engine.program.Program;

/** Makes {@code onednn} engines. */
public final class OneDnnEngineFactory implements EngineFactory {
    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
        ParameterLayout layout = layout(network);
        Program program = Lowering.lower(network, layout);
        OneDnnEngine engine = new OneDnnEngine(program, layout, batchSize, config);
        WeightDraw.initial(engine.parameters(), layout, network.graph());
        return engine;
    }

    /** Exact: the plan is made and oneDNN asked for every size, but nothing is allocated. */
    @Override
    public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
        ParameterLayout layout = layout(network);
        Program program = Lowering.lower(network, layout);
        StepPlan plan = StepPlan.training(program, config.recompute());
        Threads.use(config.threads());
        try (Dnnl owner = new Dnnl()) {
            Compilation step =
                    Compilation.of(owner, program, plan, batchSize, config.precision(), new Call());
            return step.bytes() + 2L * Float.BYTES * layout.length();
        }
    }

    private static ParameterLayout layout(NetworkSpec network) {
        return GraphLayouts.of(network.graph()).withFrozenLayers(network.frozenLayers());
    }

    @Override
    public double matrixMultiplyFlops(EngineConfig config) {
        Threads.use(config.threads());
        return MatrixMultiply.flops(config.precision());
    }
}
