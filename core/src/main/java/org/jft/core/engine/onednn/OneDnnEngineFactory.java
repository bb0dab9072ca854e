package org.jft.core.engine.onednn;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
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
        ComputationGraphConfiguration own = network.graph().clone();
        ComputationGraph graph = new ComputationGraph(own);
        graph.init();
        ParameterLayout layout = GraphLayouts.of(graph);
        OneDnnEngine engine = new OneDnnEngine(network, layout, batchSize, config);
        engine.parameters().put(graph.params().dup('c').data().asNioFloat());
        graph.close();
        WeightDraw.into(engine.parameters(), layout, own);
        return engine;
    }

    @Override
    public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
        ComputationGraph graph = new ComputationGraph(network.graph().clone());
        graph.init();
        ParameterLayout layout = GraphLayouts.of(graph);
        graph.close();
        Program program = Lowering.lower(network, layout);
        Threads.use(config.threads());
        try (Dnnl owner = new Dnnl()) {
            StepPlan plan = StepPlan.training(program, config.recompute());
            long step =
                    Compilation.of(owner, program, plan, batchSize, config.precision(), new Call())
                            .bytes();
            return step + 2L * Float.BYTES * layout.length();
        }
    }

    @Override
    public double matrixMultiplyFlops() {
        return 1e12;
    }
}
