package org.jft.core.engine.cuda;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.ToLongFunction;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.TransferKernels.Feed;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;
import org.jft.core.engine.plan.Task;

/**
 * Training steps on the device. A {@link #step} is one CUDA graph: copies of parameters, forward,
 * loss, backward, norm, update, average; the host sends pixels, labels and some numbers before and
 * reads a loss behind. With several micro batches or workers forward and loss are one graph,
 * backward some, the update one.
 */
final class CudaDeviceStep implements DeviceStep {
    private static final float FIRST_LOSS_SCALE = 65_536;

    private final Device device;
    private final Execution execution;
    private final Vectors vectors;
    private final LossSteps loss;
    private final UpdateSteps update;
    private final FloatBuffer state; // the host's
    private final Memory block; // labels, state, sums
    private final ToLongFunction<Place> addresses;
    private final PinnedRing labelRing;
    private final Memory hostSums;
    private final Results results;
    private final Stream main;
    private final Stream side;
    private final Replay whole;
    private final Replay forwardLoss;
    private final List<Part> backward = new ArrayList<>();
    private final Work accumulateWork;
    private final Replay updateReplay;
    private final Replay updateSumsReplay;
    private boolean summed; // sums lie apart from the gradients
    private boolean exchanged; // the host has the sums
    private boolean numbersSent;

    /** A segment of backward. */
    private record Part(Segment segment, Replay replay, Event done) {}

    /** Returns a step, if the network's head and the rule are known. */
    static Optional<CudaDeviceStep> of(
            Device device,
            Execution execution,
            Vectors vectors,
            ParameterLayout layout,
            TrainConfig config,
            FloatBuffer state) {
        Compilation compilation = execution.compilation();
        boolean photographs =
                compilation.program().inputs().size() == 1
                        && compilation.program().inputs().get(0).shape().channels()
                                == TransferKernels.COLOURS;
        return LossSteps.of(compilation, config.objective())
                .filter(loss -> photographs)
                .map(
                        loss ->
                                new CudaDeviceStep(
                                        device,
                                        execution,
                                        vectors,
                                        loss,
                                        UpdateSteps.of(
                                                config, layout, compilation.layouts().scaled()),
                                        state));
    }

    private CudaDeviceStep(
            Device device,
            Execution execution,
            Vectors vectors,
            LossSteps loss,
            UpdateSteps update,
            FloatBuffer state) {
        this.device = device;
        this.execution = execution;
        this.vectors = vectors;
        this.loss = loss;
        this.update = update;
        this.state = state.duplicate();
        checkArgument(
                state.remaining() == update.vectors() * update.layout().length(),
                "the optimizer's state has %s values, expected %s",
                state.remaining(),
                update.vectors() * update.layout().length());
        long stateAt = loss.bytes();
        long bytes = stateAt + update.bytes() + TaskBuilder.roundUp(vectors.bytes());
        block = device.own(device.gpu().allocate(bytes, "the optimizer's state"));
        addresses =
                place -> {
                    if (place.region() == Region.LABELS) {
                        return block.address() + place.offset();
                    }
                    return place.region() == Region.STATE
                            ? block.address() + stateAt + place.offset()
                            : execution.addresses().of(place);
                };
        labelRing =
                new PinnedRing(
                        device.gpu(), device.scope(), loss.labelBytes(), "labels on their way");
        hostSums = device.own(device.gpu().pin(vectors.bytes() + Float.BYTES, "summed gradients"));
        results = new Results(device);
        main = execution.main();
        side = device.own(device.gpu().stream());
        Work first =
                Execution.sequence(
                        List.of(
                                execution.forwardWork(List.of(Feed.PIXELS)),
                                prepare(loss.steps())));
        List<Work> all = new ArrayList<>(List.of(first));
        for (Execution.SegmentWork part : execution.backwardWork(Task.LoadOutputGradient.class)) {
            all.add(part.work());
            backward.add(
                    new Part(
                            part.segment(),
                            device.own(new Replay(part.work())),
                            device.own(device.gpu().event(false))));
        }
        Work fromGradients = prepare(update.steps(Place.in(Region.GRADIENTS, 0)));
        all.add(fromGradients);
        whole = device.own(new Replay(Execution.sequence(all)));
        forwardLoss = device.own(new Replay(first));
        updateReplay = device.own(new Replay(fromGradients));
        Place sums = Place.in(Region.STATE, update.bytes());
        updateSumsReplay = device.own(new Replay(prepare(update.steps(sums))));
        accumulateWork =
                new Launch("accumulate", Grids.flat(update.layout().length()))
                        .at(sums)
                        .at(Place.in(Region.GRADIENTS, 0))
                        .with((long) update.layout().length())
                        .prepare(device, addresses);
        start();
    }

    private Work prepare(List<Step> steps) {
        return Alternatives.prepare(steps, device, addresses);
    }

    /** Takes the parameters, the optimizer's state and the ranges to the device. */
    private void start() {
        vectors.upload(main);
        vectors.leaveToDevice();
        try (Memory ranges = device.gpu().pin(Math.max(1, update.rangeBytes()), "ranges")) {
            update.writeRanges(HostMemory.bytes(ranges.address(), update.rangeBytes()));
            main.copyToDevice(at(Region.STATE, 0), ranges.address(), update.rangeBytes());
            main.synchronize();
        }
        int length = update.layout().length();
        eachStateVector(
                (to, vector) -> {
                    FloatBuffer values = state.duplicate();
                    values.position(state.position() + vector * length);
                    HostMemory.copy(hostSums.address(), values, length);
                    main.copyToDevice(to, hostSums.address(), vectors.bytes());
                },
                vector -> {});
    }

    /** What is done with the device's address of a state vector. */
    private interface VectorWork {
        void run(long address, int vector);
    }

    private void eachStateVector(VectorWork work, IntConsumer afterwards) {
        for (int vector = 0; vector < update.vectors(); vector++) {
            work.run(at(Region.STATE, update.vectorAt(vector)), vector);
            main.synchronize(); // the host's buffer is used again
            afterwards.accept(vector);
        }
    }

    private long at(Region region, long offset) {
        return addresses.applyAsLong(Place.in(region, offset));
    }

    @Override
    public double step(EngineInput input, Labels labels, long position, Numbers numbers) {
        device.gpu().use();
        results.clear();
        send(input, labels, numbers, position);
        whole.run(main);
        fetchResult();
        return results.finite() || loss.layouts().scaled() ? results.sum() : Double.NaN;
    }

    private void send(EngineInput input, Labels labels, Numbers numbers, long position) {
        checkArgument(
                input.batchSize() == execution.rows(),
                "a device step takes %s images, not %s",
                execution.rows(),
                input.batchSize());
        PassNumbers all = numbers(numbers, position);
        execution.feeder().send(List.of(input), all, numberBytes(), main);
        send(labels);
    }

    private PassNumbers numbers(Numbers numbers, long position) {
        return new PassNumbers(
                position,
                numbers.learningRate(),
                numbers.gradientScale(),
                numbers.largestNorm(),
                numbers.averageRate(),
                loss.layouts().scaled() ? FIRST_LOSS_SCALE : 1);
    }

    /** The loss scale is the device's after the first time. */
    private long numberBytes() {
        long bytes = numbersSent ? PassNumbers.HOST_BYTES : PassNumbers.BYTES;
        numbersSent = true;
        return bytes;
    }

    private void send(Labels labels) {
        int count = labels.ids().length;
        int used = labels.offsets()[labels.offsets().length - 1];
        checkArgument(
                used <= loss.mostLabels(),
                "a batch of %s images has %s labels, a device step takes %s",
                execution.rows(),
                used,
                loss.mostLabels());
        long slot = labelRing.next();
        ByteBuffer to = HostMemory.bytes(slot, loss.labelBytes());
        to.asIntBuffer().put(labels.offsets());
        to.position((int) loss.idsAt())
                .slice()
                .order(to.order())
                .asIntBuffer()
                .put(labels.ids(), 0, Math.min(count, used));
        to.position((int) loss.confidencesAt())
                .slice()
                .order(to.order())
                .asFloatBuffer()
                .put(labels.confidences(), 0, Math.min(count, used));
        main.copyToDevice(at(Region.LABELS, 0), slot, loss.labelBytes());
        labelRing.sent(main);
    }

    @Override
    public void accumulate(
            EngineInput input, Labels labels, long position, boolean first, boolean last) {
        device.gpu().use();
        if (first) {
            results.clear();
            exchanged = false;
            summed = !last;
        }
        // The update's numbers come with it; until then only the position and the scale are read.
        send(input, labels, new Numbers(1, 0, 0, 0), position);
        forwardLoss.run(main);
        for (Part part : backward) {
            part.replay().run(main);
            if (first && last) {
                sendSegment(part);
            }
        }
        if (summed && first) {
            main.copyOnDevice(sumsAddress(), vectors.gradients(), vectors.bytes());
        } else if (summed) {
            accumulateWork.enqueue(main);
        }
        fetchResult();
    }

    private long sumsAddress() {
        return at(Region.STATE, update.bytes());
    }

    /** Takes final gradients to the host while the next segment runs. */
    private void sendSegment(Part part) {
        main.record(part.done());
        side.waitFor(part.done());
        for (Segment.Range range : part.segment().ranges()) {
            side.copyToHost(
                    hostSums.address() + range.byteOffset(),
                    vectors.gradients() + range.byteOffset(),
                    range.bytes());
        }
    }

    private void fetchResult() {
        results.fetch(
                at(Region.LABELS, loss.lossAt()), at(Region.NUMBERS, PassNumbers.FINITE), main);
    }

    @Override
    public double loss() {
        return results.sum();
    }

    @Override
    public FloatBuffer sums() {
        device.gpu().use();
        if (summed) {
            main.copyToHost(hostSums.address(), sumsAddress(), vectors.bytes());
            main.synchronize();
        }
        side.synchronize();
        exchanged = true;
        return HostMemory.floats(hostSums, update.layout().length() + 1L);
    }

    @Override
    public boolean update(Numbers numbers) {
        device.gpu().use();
        execution.feeder().send(numbers(numbers, 0), numberBytes(), main);
        if (exchanged) {
            main.copyToDevice(vectors.gradients(), hostSums.address(), vectors.bytes());
        }
        (summed && !exchanged ? updateSumsReplay : updateReplay).run(main);
        results.clear();
        fetchResult(); // the loss is read once more, and not used
        return results.finite() || loss.layouts().scaled();
    }

    @Override
    public void settle() {
        device.gpu().use();
        main.synchronize();
        vectors.parameterMirror();
        vectors.leaveToDevice();
        int length = update.layout().length();
        eachStateVector(
                (from, vector) -> main.copyToHost(hostSums.address(), from, vectors.bytes()),
                vector ->
                        state.put(
                                state.position() + vector * length,
                                HostMemory.floats(hostSums, length),
                                0,
                                length));
    }
}
