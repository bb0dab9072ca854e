package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.EngineInput;
import org.jft.data.pipeline.Batch;
import org.jft.train.loop.StepClock.Part;
import org.jft.train.optimizer.Optimizer;

/**
 * Loss, sum and update on the engine's device. With one micro batch and one worker a step is one
 * call; else gradients come to the host where workers exchange them, while backward goes on, or go
 * from device to device.
 */
final class DeviceResidentStep implements LocalStep {
    /** A part that is waited for longer than this was not there yet. */
    private static final long WAITED_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final RunConfig config;
    private final DeviceStep device;
    private final Optimizer optimizer; // its averaging rate; its state is the device's
    private final int microBatches; // of a step, of all workers
    private final int own; // of a step, of this worker
    private DeviceStep.Numbers numbers;
    private long step;
    private boolean sent;
    private final boolean grouped; // devices sum among themselves

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
        optimizer.lossScale().ifPresent(device::resume);
        grouped = config.engine().nccl() && collective.topology().worldSize() > 1;
        if (grouped) {
            join(collective);
        }
    }

    /** Joins the devices of all workers, by an id that rank 0 draws. */
    private void join(Collective collective) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(DeviceStep.GROUP_ID_BYTES).order(ByteOrder.nativeOrder());
        if (collective.topology().leads()) {
            bytes.put(device.groupId()).clear();
        }
        collective.broadcast(bytes.asFloatBuffer(), 0);
        byte[] id = new byte[DeviceStep.GROUP_ID_BYTES];
        bytes.get(id);
        device.join(id, collective.topology().rank(), collective.topology().worldSize());
    }

    @Override
    public void begin(long number, double progress, double learningRate, int ofStep) {
        step = number;
        numbers =
                new DeviceStep.Numbers(
                        number,
                        1.0 / ofStep,
                        learningRate,
                        config.train().clipNorm(),
                        optimizer.averageRate(step));
    }

    private boolean whole() {
        return microBatches == 1;
    }

    @Override
    public void comingUp(Batch next) {
        device.send(
                EngineInput.pixels(next.pixels(), next.size(), config.data().image()),
                new DeviceStep.Labels(next.labelOffsets(), next.labelIds(), next.confidences()),
                next.firstPosition());
        sent = true;
    }

    @Override
    public void add(Batch batch, int index, StepClock clock) {
        if (!sent) {
            comingUp(batch);
        }
        sent = false;
        if (whole()) {
            device.step(numbers);
        } else {
            device.accumulate(index == 0, index == own - 1);
        }
        clock.book(Part.BACKWARD, System.nanoTime()); // a full queue waits for the device
    }

    @Override
    public double loss() {
        return device.loss();
    }

    @Override
    public List<RankReport> reduce(Collective collective, StepClock clock, RankReport.Wish wish) {
        if (collective.topology().worldSize() > 1) {
            if (grouped) {
                device.sumOverGroup();
            } else {
                exchange(collective, clock);
            }
        }
        RankReport own = new RankReport((float) device.loss(), wish, clock.takeOwnMillis());
        List<RankReport> all = own.gather(collective);
        clock.book(Part.ALLREDUCE, System.nanoTime());
        return all;
    }

    private void exchange(Collective collective, StepClock clock) {
        clock.book(Part.BACKWARD, System.nanoTime());
        device.exchange(new PartByPart(collective, clock));
    }

    /** Sums parts; what passes while the device is still busy with the next one is hidden. */
    private static final class PartByPart implements DeviceStep.PartSum {
        private final Collective collective;
        private final StepClock clock;
        private long startNs;
        private long endNs = System.nanoTime();

        PartByPart(Collective collective, StepClock clock) {
            this.collective = collective;
            this.clock = clock;
            startNs = endNs;
        }

        @Override
        public void sum(FloatBuffer part) {
            long nowNs = System.nanoTime();
            if (nowNs - endNs > WAITED_NS) {
                clock.bookHidden(endNs - startNs);
                clock.book(Part.BACKWARD, nowNs);
            } else {
                clock.book(Part.ALLREDUCE, nowNs);
            }
            startNs = nowNs;
            collective.allReduce(part);
            endNs = System.nanoTime();
        }
    }

    @Override
    public void update(Guard guard) {
        if (!whole()) {
            device.update(numbers);
        }
        guard.requireFinite("an update", step + 1, device.finite(), () -> true);
    }

    @Override
    public void settle() {
        device.settle();
        device.lossScale().ifPresent(optimizer::keep);
    }
}
