package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMajor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMinor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrMultiProcessorCount;
import static org.bytedeco.cuda.global.cudart.cudaErrorMemoryAllocation;
import static org.bytedeco.cuda.global.cudart.cudaEventDefault;
import static org.bytedeco.cuda.global.cudart.cudaEventDisableTiming;
import static org.bytedeco.cuda.global.cudart.cudaHostAllocDefault;
import static org.bytedeco.cuda.global.cudart.cudaStreamNonBlocking;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/** A GPU over the CUDA runtime, kernels over the driver; both share the primary context. */
final class JavaCppGpu implements Gpu {
    private final DeviceInfo info;

    JavaCppGpu(DeviceInfo info) {
        this.info = info;
        check(cudart.cuInit(0), "cuInit", info.toString());
        use();
    }

    static int runtimeVersion() {
        int[] version = new int[1];
        check(cudart.cudaRuntimeGetVersion(version), "cudaRuntimeGetVersion", "this machine");
        return version[0];
    }

    static DeviceInfo describe(int index) {
        String device = "GPU " + index;
        int[] driver = new int[1];
        check(cudart.cudaDriverGetVersion(driver), "cudaDriverGetVersion", device);
        // Nothing here makes the device current: that would take memory on each GPU of the machine.
        try (cudaDeviceProp properties = new cudaDeviceProp()) {
            // Only name and memory, which lie alike in every version; what is behind them moves.
            check(
                    cudart.cudaGetDeviceProperties(properties, index),
                    "cudaGetDeviceProperties",
                    device);
            return new DeviceInfo(
                    index,
                    properties.name().getString(),
                    attribute(cudaDevAttrComputeCapabilityMajor, index),
                    attribute(cudaDevAttrComputeCapabilityMinor, index),
                    attribute(cudaDevAttrMultiProcessorCount, index),
                    properties.totalGlobalMem(),
                    driver[0],
                    runtimeVersion());
        }
    }

    private static int attribute(int attribute, int index) {
        int[] value = new int[1];
        check(
                cudart.cudaDeviceGetAttribute(value, attribute, index),
                "cudaDeviceGetAttribute",
                "GPU " + index);
        return value[0];
    }

    static void check(int status, String call, String device) {
        if (status != 0) {
            throw failure(status, call, device);
        }
    }

    /** Driver and runtime share the numbers of their errors, so one function names both. */
    static CudaException failure(int status, String call, String device) {
        forget();
        return new CudaException(
                "%s failed on %s: %s"
                        .formatted(call, device, cudart.cudaGetErrorString(status).getString()));
    }

    /**
     * The runtime keeps a failure, and a library that asks for the last one would take it for its
     * own.
     */
    private static void forget() {
        cudart.cudaGetLastError();
    }

    private void check(int status, String call) {
        if (status != 0) {
            throw failure(status, call, info.toString());
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void use() {
        check(cudart.cudaSetDevice(info.index()), "cudaSetDevice");
    }

    @Override
    public Memory allocate(long bytes, String purpose) {
        Pointer block = new Pointer();
        int status = cudart.cudaMalloc(block, bytes);
        if (status == cudaErrorMemoryAllocation) {
            forget();
            throw new CudaException.OutOfMemory(purpose, bytes, freeBytes(), info.toString());
        }
        check(status, "cudaMalloc of %,d bytes for %s".formatted(bytes, purpose));
        return new Block(block, bytes, cudart::cudaFree, "cudaFree");
    }

    @Override
    public Memory pin(long bytes, String purpose) {
        Pointer block = new Pointer();
        check(
                cudart.cudaHostAlloc(block, bytes, cudaHostAllocDefault),
                "cudaHostAlloc of %,d bytes for %s".formatted(bytes, purpose));
        return new Block(block, bytes, cudart::cudaFreeHost, "cudaFreeHost");
    }

    @Override
    public long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            check(cudart.cudaMemGetInfo(free, total), "cudaMemGetInfo");
            return free.get();
        }
    }

    @Override
    public Stream stream() {
        CUstream_st stream = new CUstream_st();
        check(
                cudart.cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking),
                "cudaStreamCreateWithFlags");
        return new JavaCppStream(stream, info.toString());
    }

    @Override
    public Event event(boolean timed) {
        CUevent_st event = new CUevent_st();
        check(
                cudart.cudaEventCreateWithFlags(
                        event, timed ? cudaEventDefault : cudaEventDisableTiming),
                "cudaEventCreateWithFlags");
        return new Moment(event, info.toString());
    }

    @Override
    public KernelModule load(String name, byte[] cubin) {
        CUmod_st module = new CUmod_st();
        try (BytePointer image = new BytePointer(cubin)) {
            check(cudart.cuModuleLoadData(module, image), "cuModuleLoadData of " + name);
        }
        return new Code(name, module);
    }

    @Override
    public void synchronize() {
        check(cudart.cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    }

    @Override
    public void close() {
        // The primary context belongs to the process.
    }

    /** A call that frees. */
    private interface Freeing {
        int free(Pointer block);
    }

    private final class Block implements Memory {
        private final long address;
        private final long bytes;
        private final Freeing freeing;
        private final String call;
        private boolean closed;

        Block(Pointer block, long bytes, Freeing freeing, String call) {
            this.address = block.address();
            this.bytes = bytes;
            this.freeing = freeing;
            this.call = call;
        }

        @Override
        public long address() {
            return address;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                check(freeing.free(new Address(address)), call);
            }
        }
    }

    /** An event. */
    static final class Moment implements Event {
        final CUevent_st event;
        private final String device;

        Moment(CUevent_st event, String device) {
            this.event = event;
            this.device = device;
        }

        @Override
        public void synchronize() {
            check(cudart.cudaEventSynchronize(event), "cudaEventSynchronize", device);
        }

        @Override
        public double millisSince(Event earlier) {
            float[] millis = new float[1];
            check(
                    cudart.cudaEventElapsedTime(millis, ((Moment) earlier).event, event),
                    "cudaEventElapsedTime",
                    device);
            return millis[0];
        }

        @Override
        public void close() {
            if (!event.isNull()) {
                check(cudart.cudaEventDestroy(event), "cudaEventDestroy", device);
                event.setNull();
            }
        }
    }

    /** A kernel. */
    record Function(String name, CUfunc_st function) implements KernelModule.Kernel {}

    private final class Code implements KernelModule {
        private final String name;
        private final CUmod_st module;

        Code(String name, CUmod_st module) {
            this.name = name;
            this.module = module;
        }

        @Override
        public Kernel kernel(String kernel) {
            CUfunc_st function = new CUfunc_st();
            check(
                    cudart.cuModuleGetFunction(function, module, kernel),
                    "cuModuleGetFunction of %s in %s".formatted(kernel, name));
            return new Function(kernel, function);
        }

        @Override
        public void close() {
            if (!module.isNull()) {
                check(cudart.cuModuleUnload(module), "cuModuleUnload of " + name);
                module.setNull();
            }
        }
    }
}
