package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToDevice;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;
import static org.bytedeco.cuda.global.cudart.cudaStreamCaptureModeRelaxed;

import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** A CUDA stream. */
final class JavaCppStream implements Stream {
    private final CUstream_st stream;
    private final String device;

    JavaCppStream(CUstream_st stream, String device) {
        this.stream = stream;
        this.device = device;
    }

    CUstream_st handle() {
        return stream;
    }

    private void check(int status, String call) {
        JavaCppGpu.check(status, call, device);
    }

    /** Says what failed only where it did: most calls run often and succeed. */
    private void check(int status, Supplier<String> call) {
        if (status != 0) {
            throw JavaCppGpu.failure(status, call.get(), device);
        }
    }

    private void copy(long to, long from, long bytes, int direction, String name) {
        check(
                cudart.cudaMemcpyAsync(
                        new Address(to), new Address(from), bytes, direction, stream),
                () -> "cudaMemcpyAsync of %,d bytes %s".formatted(bytes, name));
    }

    @Override
    public void copyToDevice(long to, long host, long bytes) {
        copy(to, host, bytes, cudaMemcpyHostToDevice, "to the device");
    }

    @Override
    public void copyToHost(long host, long from, long bytes) {
        copy(host, from, bytes, cudaMemcpyDeviceToHost, "to the host");
    }

    @Override
    public void copyOnDevice(long to, long from, long bytes) {
        copy(to, from, bytes, cudaMemcpyDeviceToDevice, "on the device");
    }

    @Override
    public void zero(long address, long bytes) {
        check(
                cudart.cudaMemsetAsync(new Address(address), 0, bytes, stream),
                () -> "cudaMemsetAsync of %,d bytes".formatted(bytes));
    }

    @Override
    public void launch(KernelModule.Kernel kernel, Grid grid, Arguments arguments) {
        int count = arguments.kinds().size();
        long length = 1;
        for (int i = 0; i < count; i++) {
            length += arguments.words(i).length;
        }
        try (LongPointer values = new LongPointer(length);
                PointerPointer<Pointer> places = new PointerPointer<>(count + 1L)) {
            long at = 0;
            for (int i = 0; i < count; i++) {
                places.put(i, new Address(values.address() + Long.BYTES * at));
                for (long word : arguments.words(i)) {
                    values.put(at++, word);
                }
            }
            check(
                    cudart.cuLaunchKernel(
                            ((JavaCppGpu.Function) kernel).function(),
                            grid.x(),
                            grid.y(),
                            grid.z(),
                            grid.threads(),
                            1,
                            1,
                            grid.sharedBytes(),
                            stream,
                            places,
                            (PointerPointer<Pointer>) null),
                    () -> "cuLaunchKernel of %s%s, %s".formatted(kernel.name(), arguments, grid));
        }
    }

    @Override
    public void launch(Graph graph) {
        check(cudart.cudaGraphLaunch(((Executable) graph).executable, stream), "cudaGraphLaunch");
    }

    @Override
    public void record(Event event) {
        check(cudart.cudaEventRecord(((JavaCppGpu.Moment) event).event, stream), "cudaEventRecord");
    }

    @Override
    public void waitFor(Event event) {
        check(
                cudart.cudaStreamWaitEvent(stream, ((JavaCppGpu.Moment) event).event, 0),
                "cudaStreamWaitEvent");
    }

    /**
     * Relaxed: a library may allocate or load code while its work is captured, which the other
     * modes forbid to the whole thread. It is no less safe, for what is captured is this stream's.
     */
    @Override
    public void beginCapture() {
        check(
                cudart.cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed),
                "cudaStreamBeginCapture");
    }

    @Override
    public Graph endCapture() {
        CUgraph_st graph = new CUgraph_st();
        check(cudart.cudaStreamEndCapture(stream, graph), "cudaStreamEndCapture");
        try {
            CUgraphExec_st executable = new CUgraphExec_st();
            check(cudart.cudaGraphInstantiate(executable, graph, 0), "cudaGraphInstantiate");
            return new Executable(executable, device);
        } finally {
            check(cudart.cudaGraphDestroy(graph), "cudaGraphDestroy");
        }
    }

    @Override
    public void synchronize() {
        check(cudart.cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    }

    @Override
    public void close() {
        if (!stream.isNull()) {
            check(cudart.cudaStreamDestroy(stream), "cudaStreamDestroy");
            stream.setNull();
        }
    }

    /** An instantiated graph. */
    private static final class Executable implements Graph {
        private final CUgraphExec_st executable;
        private final String device;

        Executable(CUgraphExec_st executable, String device) {
            this.executable = executable;
            this.device = device;
        }

        @Override
        public void close() {
            if (!executable.isNull()) {
                JavaCppGpu.check(
                        cudart.cudaGraphExecDestroy(executable), "cudaGraphExecDestroy", device);
                executable.setNull();
            }
        }
    }
}
