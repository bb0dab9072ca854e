package org.jft.core.engine.cuda;

import static com.google.common.base.Preconditions.checkState;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.KernelListener;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.cuda.PassNumbers.Corrections;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.cuda.Results.Outcome;
import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.TransferKernels.Feed;
import org.jft.core.engine.cuda.driver.Communicator;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Stream;
import org.jft.core.engine.plan.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Training steps on the device. A {@link #step} is one CUDA graph: copies of parameters, forward,
 * loss, backward, norm, update, average. With several micro batches or workers forward and loss are
 * one graph, backward some, the update one.
 */
final class CudaDeviceStep implements DeviceStep {
    private static final Logger LOG = LoggerFactory.getLogger(CudaDeviceStep.class);
    private static final LossScale FIRST_LOSS_SCALE = new LossScale(65_536, 0);
    private static final LossScale UNSCALED = new LossScale(1, 0);

    /** What the engine does before each call, and what it knows that changes. */
    interface Host {
        /** Takes the calling thread to the device; throws if the engine is closed. */
        void enter();

        /** Returns who wants to hear of kernels, or null. */
        KernelListener listener();
    }

    private final Host host;
    private final Device device;
    private final Execution execution;
    private final Vectors vectors;
    private final LossSteps loss;
    private final UpdateSteps update;
    private final DeviceState state;
    private final StagedBatch batch;
    private final PinnedRing numberRing;
    private final Results results;
    private final Stream main;
    private final Replay whole;
    private final Replay forwardLoss;
    private final BackwardParts backward;
    private final Map<Segment, Work> accumulation = new HashMap<>();
    private final Replay updateByGradients;
    private final Replay updateBySums;
    private final Event returned;
    private boolean summed; // sums lie apart from the gradients
    private boolean exchanged; // and are back among the gradients
    private Communicator group; // null until it is joined

    /**
     * Prepares.
     *
     * @param state where labels, optimizer's state and sums lie
     */
    CudaDeviceStep(
            Host host,
            Device device,
            Execution execution,
            Vectors vectors,
            LossSteps loss,
            UpdateSteps update,
            DeviceState state,
            StagedBatch batch) {
        this.host = host;
        this.device = device;
        this.execution = execution;
        this.vectors = vectors;
        this.loss = loss;
        this.update = update;
        this.state = state;
        this.batch = batch;
        numberRing =
                new PinnedRing(device.gpu(), device.scope(), PassNumbers.BYTES, "a step's numbers");
        results = new Results(device);
        main = execution.main();
        returned = device.own(device.gpu().event(false));
        Work first =
                Work.sequence(
                        List.of(
                                execution.forwardWork(List.of(Feed.PIXELS)),
                                prepare(device, loss.steps())));
        List<Work> parts = execution.backwardWorks(Optional.of(Task.LoadOutputGradient.class));
        Work last = prepare(device, update.steps(Place.in(Region.GRADIENTS, 0)));
        List<Work> all = new ArrayList<>(List.of(first));
        all.addAll(parts);
        all.add(last);
        whole = device.own(new Replay(Work.sequence(all)));
        forwardLoss = device.own(new Replay(first));
        backward = new BackwardParts(device, device.scope(), main, execution.segments(), parts);
        updateByGradients = device.own(new Replay(last));
        updateBySums =
                state.sums()
                        ? device.own(new Replay(prepare(device, update.steps(DeviceState.SUMS))))
                        : updateByGradients;
        if (state.sums()) {
            for (Segment segment : execution.segments()) {
                accumulation.put(segment, prepare(device, accumulate(segment)));
            }
        }
        start();
    }

    private Work prepare(Device device, List<Step> steps) {
        return Alternatives.prepare(steps, device, state);
    }

    private static List<Step> accumulate(Segment segment) {
        Steps steps = new Steps();
        for (Segment.Range range : segment.ranges()) {
            steps.launch("accumulate", Grids.flat(range.length()))
                    .at(DeviceState.SUMS.plus(range.byteOffset()))
                    .at(Place.in(Region.GRADIENTS, range.byteOffset()))
                    .with((long) range.length());
        }
        return steps.all();
    }

    /** Takes the parameters, the optimizer's state and the loss scale to the device. */
    private void start() {
        vectors.upload(main);
        vectors.leaveToDevice();
        state.start(main);
        sendAll(loss.layouts().scaled() ? FIRST_LOSS_SCALE : UNSCALED);
        vectors.leaveScaleToDevice();
    }

    private void sendAll(LossScale scale) {
        send(new PassNumbers(0, 0, 1, 0, 0, Corrections.NONE, scale), PassNumbers.BYTES);
    }

    @Override
    public void send(EngineInput input, Labels labels, long position) {
        host.enter();
        batch.send(input, labels, position);
    }

    @Override
    public void step(Numbers numbers) {
        host.enter();
        results.clear();
        take(numbers);
        run(whole);
        vectors.leaveToDevice();
        fetchLoss();
        fetchOutcome();
    }

    /** Lets the main stream take parameters that the caller has changed, the batch, the numbers. */
    private void take(Numbers numbers) {
        vectors.upload(main);
        send(numbers, batch.take(main, state));
    }

    private void send(Numbers numbers, long position) {
        send(
                new PassNumbers(
                        position,
                        numbers.learningRate(),
                        numbers.gradientScale(),
                        numbers.largestNorm(),
                        numbers.averageRate(),
                        update.corrections(numbers.step()),
                        UNSCALED), // not sent: the device has its own
                PassNumbers.HOST_BYTES);
    }

    private void send(PassNumbers numbers, long bytes) {
        long slot = numberRing.next();
        numbers.write(HostMemory.bytes(slot, PassNumbers.BYTES));
        main.copyToDevice(vectors.numbers(), slot, bytes);
        numberRing.sent(main);
    }

    private void run(Replay replay) {
        KernelListener listener = host.listener();
        if (listener == null) {
            replay.run(main);
        } else {
            execution.profiler().run(replay, main, listener);
        }
    }

    private void fetchLoss() {
        results.fetchLoss(state.applyAsLong(Place.in(Region.LABELS, loss.lossAt())), main);
    }

    private void fetchOutcome() {
        results.fetchOutcome(vectors.numbers() + PassNumbers.OUTCOME, main);
    }

    @Override
    public void accumulate(boolean first, boolean last) {
        host.enter();
        if (first) {
            results.clear();
            exchanged = false;
            summed = !last;
        }
        take(new Numbers(0, 1, 0, 0, 0)); // the update's come with it
        run(forwardLoss);
        fetchLoss();
        if (summed && !first) {
            backward.run(this::run, segment -> accumulation.get(segment).enqueue(main));
        } else {
            backward.run(this::run);
        }
        if (summed && first) {
            main.copyOnDevice(
                    state.applyAsLong(DeviceState.SUMS), vectors.gradients(), vectors.bytes());
        }
    }

    @Override
    public double loss() {
        return results.sum();
    }

    @Override
    public void exchange(PartSum sum) {
        host.enter();
        long from = summed ? state.applyAsLong(DeviceState.SUMS) : vectors.gradients();
        backward.take(
                (segment, side) -> {
                    for (Segment.Range range : segment.ranges()) {
                        side.copyToHost(
                                state.hostVector() + range.byteOffset(),
                                from + range.byteOffset(),
                                range.bytes());
                    }
                });
        backward.forEachTaken(
                (segment, side) -> {
                    for (Segment.Range range : segment.ranges()) {
                        long on = state.hostVector() + range.byteOffset();
                        sum.sum(HostMemory.floats(on, range.length()));
                        side.copyToDevice(
                                vectors.gradients() + range.byteOffset(), on, range.bytes());
                    }
                });
        backward.join(returned);
        exchanged = true;
    }

    @Override
    public byte[] groupId() {
        host.enter();
        return device.nccl().communicatorId();
    }

    @Override
    public void join(byte[] id, int rank, int size) {
        host.enter();
        checkState(group == null, "joins a second group");
        group = device.nccl().communicator(device.gpu(), id, rank, size);
    }

    @Override
    public void sumOverGroup() {
        host.enter();
        checkState(group != null, "there is no group to sum over");
        long from = summed ? state.applyAsLong(DeviceState.SUMS) : vectors.gradients();
        backward.take(
                (segment, side) -> {
                    for (Segment.Range range : segment.ranges()) {
                        group.sum(from + range.byteOffset(), range.length(), side);
                    }
                });
        backward.join(returned);
    }

    /** Gives up what the group has not summed: another of it may be gone. */
    void leaveGroup() {
        if (group != null) {
            group.close();
        }
    }

    @Override
    public void update(Numbers numbers) {
        host.enter();
        send(numbers, 0);
        run(summed && !exchanged ? updateBySums : updateByGradients);
        vectors.leaveToDevice();
        fetchOutcome();
    }

    @Override
    public boolean finite() {
        Outcome outcome = results.outcome();
        if (outcome == Outcome.LEFT_OUT && loss.layouts().scaled()) {
            LOG.info(
                    "a step was left out: its gradients overflowed fp16; the loss scale is lowered");
            return true;
        }
        return outcome == Outcome.DONE;
    }

    @Override
    public void settle() {
        host.enter();
        main.synchronize();
        vectors.parameterMirror();
        vectors.leaveToDevice();
        state.settle(main);
    }

    @Override
    public Optional<LossScale> lossScale() {
        host.enter();
        if (!loss.layouts().scaled()) {
            return Optional.empty();
        }
        long slot = numberRing.next();
        main.copyToHost(slot, vectors.numbers(), PassNumbers.BYTES);
        main.synchronize();
        ByteBuffer numbers = HostMemory.bytes(slot, PassNumbers.BYTES);
        return Optional.of(
                new LossScale(
                        numbers.getFloat((int) PassNumbers.LOSS_SCALE),
                        numbers.getInt((int) PassNumbers.GOOD_STEPS)));
    }

    @Override
    public void resume(LossScale scale) {
        host.enter();
        if (loss.layouts().scaled()) {
            sendAll(scale);
        }
    }
}
