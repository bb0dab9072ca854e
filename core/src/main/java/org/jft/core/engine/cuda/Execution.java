package org.jft.core.engine.cuda;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.TransferKernels.Feed;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;
import org.jft.core.engine.plan.Arena;

/**
 * A compilation with memory under it, ready to run again and again. Forward is one CUDA graph,
 * backward one a {@link Segment}, whose gradients a side stream takes to the host.
 */
final class Execution implements AutoCloseable {
    private static final int SEGMENT_FLOATS = 4 << 20; // 16 MiB: some milliseconds of a network
    private static final int FEWEST_SEGMENTS = 4; // of a small network

    private final Device device;
    private final Scope scope = new Scope();
    private final Compilation compilation;
    private final Vectors vectors;
    private final Memory host; // outputs, their gradients, gradients of inputs
    private final MemoryMap hostMap;
    private final Addresses addresses;
    private final Feeder feeder;
    private final Stream main;
    private final Profiler profiler;
    private final List<Segment> segments;
    private final Map<List<Feed>, Replay> forward = new HashMap<>();
    private final BackwardParts backward;

    /**
     * Finds the code of every step on the device, which may take a while the first time.
     *
     * @param memory of the device that holds the compilation's
     * @param main of all passes that share the memory
     */
    Execution(Device device, Compilation compilation, long memory, Vectors vectors, Stream main) {
        this.device = device;
        this.compilation = compilation;
        this.vectors = vectors;
        this.main = main;
        hostMap = hostMap(compilation);
        addresses = new Addresses(compilation.memory(), memory, vectors);
        try {
            host = scope.own(device.gpu().pin(Math.max(1, hostMap.bytes()), "outputs"));
            HostMemory.zero(host);
            feeder = new Feeder(device, scope, compilation, addresses);
            profiler = new Profiler(device, scope);
            int most = Math.min(SEGMENT_FLOATS, vectors.length() / FEWEST_SEGMENTS);
            segments = Segment.of(compilation.backward(), most);
            backward =
                    new BackwardParts(
                            device, scope, main, segments, backwardWorks(Optional.empty()));
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    private static MemoryMap hostMap(Compilation compilation) {
        MemoryMap map = new MemoryMap(new Arena(Map.of(), 0, 0));
        int inputs = compilation.program().inputs().size();
        for (int i = 0; compilation.program().inputGradients() && i < inputs; i++) {
            map.add(Region.INPUT_GRADIENT, i, compilation.inputBytes(i));
        }
        for (int i = 0; i < compilation.program().outputs().size(); i++) {
            map.add(Region.OUTPUT, i, compilation.outputBytes(i));
            map.add(Region.OUTPUT_GRADIENT, i, compilation.outputBytes(i));
        }
        return map;
    }

    int rows() {
        return compilation.rows();
    }

    Compilation compilation() {
        return compilation;
    }

    Addresses addresses() {
        return addresses;
    }

    Stream main() {
        return main;
    }

    /** Returns the forward tasks for a feed, copies of parameters first. */
    Work forwardWork(List<Feed> feeds) {
        List<Work> works = new ArrayList<>();
        works.add(Alternatives.prepare(compilation.copies().steps(), device, addresses));
        for (CompiledTask task : compilation.forward()) {
            List<Step> steps =
                    task.steps().stream()
                            .map(
                                    step ->
                                            step instanceof InputStep in
                                                    ? in.as(feeds.get(in.index()))
                                                    : step)
                            .toList();
            works.add(profiler.watch(task, Alternatives.prepare(steps, device, addresses)));
        }
        return Work.sequence(works);
    }

    private long hostAddress(Region region, int index) {
        return host.address() + hostMap.offset(Place.buffer(region, index));
    }

    /** Returns one buffer for each output, valid until the next pass. */
    List<FloatBuffer> forward(
            List<EngineInput> inputs, PassNumbers numbers, KernelListener listener) {
        vectors.upload(main);
        List<Feed> feeds = feeder.send(inputs, numbers, vectors.hostNumberBytes(), main);
        run(forward.computeIfAbsent(feeds, this::prepareForward), listener);
        List<FloatBuffer> outputs = new ArrayList<>();
        for (int i = 0; i < compilation.program().outputs().size(); i++) {
            long bytes = compilation.outputBytes(i);
            long to = hostAddress(Region.OUTPUT, i);
            main.copyToHost(to, addresses.of(Place.buffer(Region.OUTPUT, i)), bytes);
            outputs.add(HostMemory.floats(to, bytes / Float.BYTES));
        }
        main.synchronize();
        return outputs;
    }

    /** Plans are timed in the memory of passes: none may be under way. */
    private Replay prepareForward(List<Feed> feeds) {
        main.synchronize();
        return scope.own(new Replay(forwardWork(feeds)));
    }

    private void run(Replay replay, KernelListener listener) {
        if (listener == null) {
            replay.run(main);
        } else {
            profiler.run(replay, main, listener);
        }
    }

    void backward(
            List<FloatBuffer> outputGradients, GradientListener onReady, KernelListener listener) {
        for (int i = 0; i < outputGradients.size(); i++) {
            long bytes = compilation.outputBytes(i);
            long from = hostAddress(Region.OUTPUT_GRADIENT, i);
            HostMemory.copy(from, outputGradients.get(i), bytes / Float.BYTES);
            main.copyToDevice(addresses.of(Place.buffer(Region.OUTPUT_GRADIENT, i)), from, bytes);
        }
        backward.run(replay -> run(replay, listener));
        backward.take(
                (segment, side) -> {
                    for (Segment.Range range : segment.ranges()) {
                        side.copyToHost(
                                vectors.gradientMirrorAddress() + range.byteOffset(),
                                vectors.gradients() + range.byteOffset(),
                                range.bytes());
                    }
                });
        inputGradientsToHost();
        backward.forEachTaken(
                (segment, side) -> {
                    for (Segment.Range range : segment.ranges()) {
                        onReady.onReady(range.offset(), range.length());
                    }
                });
        main.synchronize();
    }

    private void inputGradientsToHost() {
        int inputs = compilation.program().inputs().size();
        for (int i = 0; compilation.program().inputGradients() && i < inputs; i++) {
            main.copyToHost(
                    hostAddress(Region.INPUT_GRADIENT, i),
                    addresses.of(Place.buffer(Region.INPUT_GRADIENT, i)),
                    compilation.inputBytes(i));
        }
    }

    List<Segment> segments() {
        return segments;
    }

    Profiler profiler() {
        return profiler;
    }

    /** Returns the work of each of {@link #segments}, without one kind of task. */
    List<Work> backwardWorks(Optional<Class<?>> without) {
        List<Work> parts = new ArrayList<>();
        for (Segment segment : segments) {
            List<Work> works = new ArrayList<>();
            for (CompiledTask task :
                    compilation.backward().subList(segment.first(), segment.end())) {
                if (without.filter(kind -> kind.isInstance(task.task())).isEmpty()) {
                    Work work = Alternatives.prepare(task.steps(), device, addresses);
                    works.add(profiler.watch(task, work));
                }
            }
            parts.add(Work.sequence(works));
        }
        return parts;
    }

    FloatBuffer inputGradient(int input) {
        return HostMemory.floats(
                hostAddress(Region.INPUT_GRADIENT, input),
                compilation.inputBytes(input) / Float.BYTES);
    }

    /** Waits for its work and frees all but the device's memory. */
    @Override
    public void close() {
        try (scope) {
            main.synchronize();
        }
    }
}
