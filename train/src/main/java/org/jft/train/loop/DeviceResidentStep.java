package org.jft.train.loop;

import java.nio.FloatBuffer;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.EngineInput;
import org.jft.data.pipeline.Batch;
import org.jft.train.loop.StepClock.Part;
import org.jft.train.optimizer.Optimizer;

/**
 * Loss, sum and update on the engine's device. With one micro batch and one worker a step is one
 * call; else gradients come to the host only where workers exchange them.
 */
final class DeviceResidentStep implements LocalStep {
    private final RunConfig config;
    private final DeviceStep device;
    private final Optimizer optimizer; // its averaging rate; its state is the device's
    private final int microBatches; // of a step, of all workers
    private final int own; // of a step, of this worker
    private DeviceStep.Numbers numbers;
    private long step;
    private double loss;

    DeviceResidentStep(
            RunConfig config,
            DeviceStep device,
            Optimizer optimizer,
            int microBatches,
            Collective collective) {
        this.config = config;
        this.device = device;
        this.optimizer = optimizer;
        this.microBatches = microBatches;
        own = microBatches / collective.topology().worldSize();
    }

    @Override
    public void begin(long number, double learningRate) {
        step = number;
        numbers =
                new DeviceStep.Numbers(
                        1.0 / microBatches,
                        learningRate,
                        config.train().clipNorm(),
                        optimizer.averageRate(step));
    }

    private boolean whole() {
        return microBatches == 1;
    }

    @Override
    public void add(Batch batch, int index, StepClock clock) {
        EngineInput pixels =
                EngineInput.pixels(batch.pixels(), batch.size(), config.data().image());
        DeviceStep.Labels labels =
                new DeviceStep.Labels(batch.labelOffsets(), batch.labelIds(), batch.confidences());
        if (whole()) {
            loss = device.step(pixels, labels, batch.firstPosition(), numbers);
        } else {
            device.accumulate(pixels, labels, batch.firstPosition(), index == 0, index == own - 1);
            loss = index == own - 1 ? device.loss() : Double.NaN;
        }
        clock.book(Part.BACKWARD, System.nanoTime());
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public void reduce(Collective collective) {
        if (collective.topology().worldSize() > 1) {
            FloatBuffer sums = device.sums();
            int last = sums.limit() - 1;
            sums.put(last, (float) loss);
            collective.allReduce(sums);
            loss = sums.get(last);
        }
    }

    @Override
    public void update(Guard guard) {
        if (!whole()) {
            boolean finite = device.update(numbers);
            guard.requireFinite("an update", step + 1, finite, () -> true);
        }
    }

    @Override
    public void settle() {
        device.settle();
    }
}
