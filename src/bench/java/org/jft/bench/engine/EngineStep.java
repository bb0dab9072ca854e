package org.jft.bench.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener;
import org.jft.core.engine.Pass;
import org.jft.train.objective.Objective;
import org.jft.train.objective.Targets;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;

/**
 * One of our engines, driven as the trainer drives it: on its own device where it has one, else
 * with loss and update on the host.
 */
final class EngineStep implements TrainingStep {
    private final Workload workload;
    private final Engine engine;
    private final Objective objective;
    private final Blocks blocks;
    private final Optimizer optimizer;
    private final List<EngineInput> inputs;
    private final FloatBuffer outputGradient; // [batch, classes]
    private final List<FloatBuffer> outputGradients; // the same
    private final Optional<DeviceStep> device;
    private boolean sent;

    /** Compiles, and starts from the weights if they are drawn; else draws them. */
    EngineStep(
            EngineFactory factory, Workload workload, EngineConfig config, StartWeights weights) {
        this.workload = workload;
        int batch = workload.job().batch();
        int classes = workload.job().classes();
        engine = factory.compile(workload.network(), batch, config);
        if (weights.drawn()) {
            weights.read(0, engine.parameters());
        } else {
            weights.write(engine.layout(), engine.parameters());
        }
        objective = Objective.of(ObjectiveConfig.plain(TrainConfig.Objective.SIGMOID), classes);
        blocks = new Blocks(config.threads());
        optimizer = new Optimizer(Workload.RUN, engine.layout(), engine.parameters(), blocks);
        inputs =
                List.of(
                        new EngineInput.Pixels(
                                workload.pixels(),
                                batch,
                                workload.job().size(),
                                workload.job().size(),
                                Workload.HALF_RANGES,
                                Workload.HALF_RANGES));
        outputGradient =
                ByteBuffer.allocateDirect(Math.multiplyExact(batch * classes, Float.BYTES))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        outputGradients = List.of(outputGradient);
        device = engine.deviceStep(Workload.RUN, optimizer.state());
    }

    /** Lets a listener hear the kernels of the following steps. */
    void profile(KernelListener listener) {
        engine.profile(listener);
    }

    @Override
    public double step() {
        return device.isPresent() ? stepOnDevice(device.get()) : stepOnHost();
    }

    private double stepOnDevice(DeviceStep on) {
        if (!sent) {
            send(on);
        }
        Optimizer.Step numbers = Workload.STEP;
        on.step(
                new DeviceStep.Numbers(
                        numbers.number(),
                        numbers.gradientScale(),
                        numbers.learningRate(),
                        /* largestNorm= */ 0,
                        0));
        send(on); // the next one, while this one runs
        double loss = on.loss();
        return on.finite() ? loss : Double.NaN;
    }

    private void send(DeviceStep on) {
        Targets targets = workload.targets();
        on.send(
                inputs.get(0),
                new DeviceStep.Labels(targets.offsets(), targets.ids(), targets.confidences()),
                /* position= */ 0);
        sent = true;
    }

    private double stepOnHost() {
        FloatBuffer logits = engine.forward(inputs, Pass.training(0)).get(0);
        double loss = objective.loss(logits, workload.targets(), outputGradient);
        engine.backward(outputGradients, GradientListener.NONE);
        optimizer.step(engine.parameters(), engine.gradients(), Workload.STEP);
        return loss;
    }

    @Override
    public void close() {
        blocks.close();
        engine.close();
    }
}
