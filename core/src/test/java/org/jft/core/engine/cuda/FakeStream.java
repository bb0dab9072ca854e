package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.jft.core.engine.cuda.FakeGpu.Call;
import org.jft.core.engine.cuda.driver.Arguments;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Graph;
import org.jft.core.engine.cuda.driver.Grid;
import org.jft.core.engine.cuda.driver.KernelModule;
import org.jft.core.engine.cuda.driver.Stream;

/** A stream; its work is done at once. */
final class FakeStream implements Stream {
    private final FakeGpu gpu;
    final String name;
    private List<Piece> captured = new ArrayList<>();

    FakeStream(FakeGpu gpu, String name) {
        this.gpu = gpu;
        this.name = name;
    }

    void enqueue(Call call, double millis, Runnable work) {
        gpu.require(this, name);
        if (gpu.capturing == this) {
            captured.add(new Piece(call, millis, work));
            return;
        }
        gpu.calls.add(call);
        gpu.clock += millis;
        if (gpu.emulates()) {
            work.run();
        }
    }

    private void copy(String what, long to, long from, long bytes) {
        gpu.mayFail("copy");
        gpu.requireInside(to, bytes, what);
        gpu.requireInside(from, bytes, what);
        enqueue(
                new Call(name, what, "0x%x <- 0x%x, %d".formatted(to, from, bytes)),
                1,
                () -> Pointer.memcpy(FakeGpu.pointer(to), FakeGpu.pointer(from), bytes));
    }

    @Override
    public void copyToDevice(long device, long host, long bytes) {
        copy("toDevice", device, host, bytes);
    }

    @Override
    public void copyToHost(long host, long device, long bytes) {
        copy("toHost", host, device, bytes);
    }

    @Override
    public void copyOnDevice(long to, long from, long bytes) {
        copy("onDevice", to, from, bytes);
    }

    @Override
    public void zero(long device, long bytes) {
        gpu.requireInside(device, bytes, "zero");
        // Left as it is: code that relies on zeros where it need not would go unnoticed.
        enqueue(
                new Call(name, "zero", "0x%x, %d".formatted(device, bytes)),
                1,
                () -> Pointer.memset(FakeGpu.pointer(device), 0, bytes));
    }

    @Override
    public void launch(KernelModule.Kernel kernel, Grid grid, Arguments arguments) {
        gpu.mayFail("launch");
        gpu.require(((FakeModule.FakeKernel) kernel).module(), "a module");
        Catalogue.Signature signature = gpu.catalogue.get(kernel.name());
        if (signature == null) {
            throw new AssertionError("there is no kernel " + kernel.name());
        }
        signature.require(arguments);
        if (grid.threads() != 256 || grid.x() < 1 || grid.y() < 1 || grid.y() > 65_535) {
            throw new AssertionError("%s has a grid of %s".formatted(kernel.name(), grid));
        }
        for (int i = 0; i < arguments.kinds().size(); i++) {
            long address = arguments.words(i)[0];
            if (arguments.kinds().get(i) == Arguments.Kind.ADDRESS && address != 0) {
                gpu.requireInside(address, 1, kernel.name());
            }
        }
        enqueue(
                new Call(name, "kernel", kernel.name() + arguments),
                1,
                () -> gpu.launcher.launch(kernel.name(), grid, arguments));
    }

    @Override
    public void launch(Graph graph) {
        gpu.mayFail("graph");
        gpu.require(graph, "a graph");
        gpu.requireNotCapturing("cudaGraphLaunch");
        for (Piece piece : ((FakeGraph) graph).of) {
            Call call = piece.call;
            enqueue(new Call(name, call.what(), call.detail()), piece.millis, piece.work);
        }
    }

    @Override
    public void record(Event event) {
        gpu.require(event, "an event");
        ((FakeEvent) event).recorded = true;
        ((FakeEvent) event).at = gpu.clock;
        gpu.calls.add(new Call(name, "record", ""));
    }

    @Override
    public void waitFor(Event event) {
        gpu.require(event, "an event");
        if (!((FakeEvent) event).recorded) {
            throw new AssertionError(name + " waits for an event that was never recorded");
        }
        gpu.calls.add(new Call(name, "wait", ""));
    }

    @Override
    public void beginCapture() {
        gpu.requireNotCapturing("cudaStreamBeginCapture");
        gpu.mayFail("capture");
        gpu.capturing = this;
        captured = new ArrayList<>();
    }

    @Override
    public Graph endCapture() {
        if (gpu.capturing != this) {
            throw new AssertionError(name + " is not captured");
        }
        gpu.capturing = null;
        gpu.mayFail("instantiate");
        gpu.calls.add(new Call(name, "captured", captured.size() + " pieces"));
        return gpu.made(new FakeGraph(gpu, captured));
    }

    @Override
    public void synchronize() {
        gpu.require(this, name);
        gpu.requireNotCapturing("cudaStreamSynchronize");
        gpu.mayFail("synchronize");
        gpu.calls.add(new Call(name, "synchronize", ""));
    }

    @Override
    public void close() {
        gpu.closed(this);
    }

    /** Something captured. */
    private record Piece(Call call, double millis, Runnable work) {}

    /** A graph: what was captured. */
    private static final class FakeGraph implements Graph {
        private final FakeGpu gpu;
        private final List<Piece> of;

        FakeGraph(FakeGpu gpu, List<Piece> of) {
            this.gpu = gpu;
            this.of = of;
        }

        @Override
        public void close() {
            gpu.closed(this);
        }
    }
}
