package org.jft.bench.engine;

import java.nio.FloatBuffer;
import java.util.List;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.train.objective.Objective;

/** One of our engines, driven as the trainer drives it. */
final class EngineStep implements TrainingStep {
    private final Workload workload;
    private final Engine engine;
    private final Objective objective;
    private final EngineInput input;
    private final FloatBuffer outputGradient; // [batch, classes]

    EngineStep(EngineFactory factory, Workload workload, int threads) {
        this.workload = workload;
        engine =
                factory.compile(
                        workload.network(),
                        workload.batch(),
                        EngineConfig.defaults().withThreads(threads));
        objective = Objective.of(TrainConfig.Objective.SIGMOID, workload.classes());
        input = new EngineInput.Tensor(workload.images(), workload.batch());
        outputGradient = Workload.direct(workload.batch() * workload.classes());
    }

    /** Returns the network, for peers to start from the same weights. */
    Engine engine() {
        return engine;
    }

    @Override
    public double step() {
        FloatBuffer logits = engine.forward(List.of(input), true).get(0);
        double loss = objective.loss(logits, workload.targets(), outputGradient);
        engine.backward(List.of(outputGradient), GradientListener.NONE);
        return loss;
    }

    @Override
    public void close() {
        engine.close();
    }
}
