package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.jft.core.engine.cuda.driver.Arguments;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Grid;
import org.jft.core.engine.cuda.driver.KernelModule;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * A GPU that writes down what it is asked, objects to misuse, and fails on request. With memory
 * behind its addresses ({@link #emulating}) it also does the work, on the host, as it is enqueued.
 */
final class FakeGpu implements Gpu {
    /** Something enqueued. */
    record Call(String stream, String what, String detail) {
        @Override
        public String toString() {
            return what + " " + detail;
        }
    }

    /** Does the work of a launch. */
    interface Launcher {
        void launch(String kernel, Grid grid, Arguments arguments);
    }

    private static final long FIRST_ADDRESS = 0x7000_0000_0000L;
    private static final long ALIGNMENT = 256;
    private static final long FILLED = 16L << 20;

    final List<Call> calls = new ArrayList<>();
    private final DeviceInfo info;
    private final long capacity;
    final Launcher launcher; // null: nothing is done
    final Map<String, Catalogue.Signature> catalogue;
    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private final Set<Object> open = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Integer> countdown = new HashMap<>();
    private final Set<String> usedUp = new HashSet<>();
    private final Map<String, Integer> made = new HashMap<>(); // calls by kind
    private long next = FIRST_ADDRESS;
    private long allocated;
    private int streams;
    double clock; // milliseconds of work so far
    FakeStream capturing;

    private FakeGpu(DeviceInfo info, Launcher launcher) {
        this.info = info;
        this.capacity = info.memoryBytes();
        this.launcher = launcher;
        this.catalogue = Catalogue.read();
    }

    /** Returns an H200 without anything behind its addresses. */
    static FakeGpu recording() {
        return of(90, 140L << 30);
    }

    static FakeGpu of(int capability, long memoryBytes) {
        return new FakeGpu(info(capability, memoryBytes), null);
    }

    /** Returns a GPU that works. */
    static FakeGpu emulating(Launcher launcher) {
        return new FakeGpu(info(90, 8L << 30), launcher);
    }

    private static DeviceInfo info(int capability, long memoryBytes) {
        return new DeviceInfo(
                0, "Fake", capability / 10, capability % 10, 132, memoryBytes, 13_000, 13_000);
    }

    boolean emulates() {
        return launcher != null;
    }

    /** Lets the n-th call of a kind from now on fail, once. */
    void failOn(String kind, int n) {
        countdown.put(kind, n);
    }

    /** Returns whether the failure asked for has happened. */
    boolean hasFailed(String kind) {
        return usedUp.contains(kind);
    }

    /** Returns how often a call of a kind was made. */
    int calls(String kind) {
        return made.getOrDefault(kind, 0);
    }

    void mayFail(String kind) {
        made.merge(kind, 1, Integer::sum);
        Integer left = countdown.get(kind);
        if (left != null) {
            countdown.put(kind, left - 1);
            if (left == 1) {
                countdown.remove(kind);
                usedUp.add(kind);
                throw new CudaException("%s failed on %s: on purpose".formatted(kind, info));
            }
        }
    }

    /** Returns what has been made and not closed. */
    int openCount() {
        return open.size();
    }

    <T> T made(T object) {
        open.add(object);
        return object;
    }

    void closed(Object object) {
        open.remove(object);
    }

    /** Returns the kernels launched and graphs executed so far, without arguments. */
    List<String> work() {
        return calls.stream()
                .filter(call -> Set.of("kernel", "dnn", "blas").contains(call.what()))
                .map(call -> call.detail().replaceAll("[(\\[].*", "").strip())
                .toList();
    }

    /** Objects if an access leaves the block that it begins in. */
    void requireInside(long address, long bytes, String who) {
        Map.Entry<Long, Block> at = blocks.floorEntry(address);
        boolean inside = at != null && address + bytes <= at.getKey() + at.getValue().bytes();
        if (!inside) {
            throw new AssertionError(
                    "%s touches %,d bytes at 0x%x, where nothing is allocated"
                            .formatted(who, bytes, address));
        }
    }

    /** Enqueues work of so many milliseconds. */
    void enqueue(Stream stream, String what, String detail, double millis, Runnable work) {
        ((FakeStream) stream)
                .enqueue(new Call(((FakeStream) stream).name, what, detail), millis, work);
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void use() {}

    @Override
    public Memory allocate(long bytes, String purpose) {
        requireNotCapturing("allocate");
        mayFail("allocate");
        if (allocated + bytes > capacity) {
            throw new CudaException.OutOfMemory(
                    purpose, bytes, capacity - allocated, info.toString());
        }
        allocated += bytes;
        return made(new Block(bytes, emulates(), true));
    }

    @Override
    public Memory pin(long bytes, String purpose) {
        requireNotCapturing("pin");
        mayFail("pin");
        return made(new Block(bytes, true, false));
    }

    @Override
    public long freeBytes() {
        return capacity - allocated;
    }

    @Override
    public Stream stream() {
        mayFail("stream");
        return made(new FakeStream(this, "stream" + streams++));
    }

    @Override
    public Event event(boolean timed) {
        mayFail("event");
        return made(new FakeEvent(this, timed));
    }

    @Override
    public KernelModule load(String name, byte[] cubin) {
        requireNotCapturing("load");
        mayFail("load");
        return made(new FakeModule(this));
    }

    @Override
    public void synchronize() {
        requireNotCapturing("cudaDeviceSynchronize");
        calls.add(new Call("", "synchronize", "the device"));
        mayFail("synchronize");
    }

    @Override
    public void close() {}

    void requireNotCapturing(String what) {
        if (capturing != null) {
            throw new AssertionError(what + " while " + capturing.name + " is captured");
        }
    }

    void require(Object object, String what) {
        if (!open.contains(object)) {
            throw new AssertionError(what + " is used after it was closed");
        }
    }

    /** A block of memory. */
    private final class Block implements Memory {
        private final long address;
        private final long bytes;
        private final boolean onDevice;
        private final Pointer backing; // null without memory

        Block(long bytes, boolean backed, boolean onDevice) {
            this.bytes = bytes;
            this.onDevice = onDevice;
            if (backed) {
                backing = Pointer.malloc(bytes + ALIGNMENT);
                fill(onDevice ? 0xff : 0);
                address = (backing.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            } else {
                backing = null;
                address = next;
                next += (bytes + 2 * ALIGNMENT) / ALIGNMENT * ALIGNMENT;
            }
            blocks.put(address, this);
        }

        /**
         * Fills both ends; between them a large block has cuDNN's workspace, and pages that nobody
         * touches cost nothing. 0xff is NaN in float32, bfloat16 and float16: what is read before
         * it is written shows.
         */
        private void fill(int value) {
            long all = bytes + ALIGNMENT;
            long end = Math.min(all, FILLED);
            Pointer.memset(backing, value, end);
            Pointer.memset(pointer(backing.address() + all - end), value, end);
        }

        @Override
        public long address() {
            require(this, "memory");
            return address;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void close() {
            if (open.contains(this)) {
                closed(this);
                blocks.remove(address);
                allocated -= onDevice ? bytes : 0;
                if (backing != null) {
                    Pointer.free(backing);
                }
            }
        }
    }

    static Pointer pointer(long address) {
        return new Raw(address);
    }

    /** A number as a pointer. */
    private static final class Raw extends Pointer {
        Raw(long value) {
            address = value;
        }
    }

    /** Runs something for each call of a kind. */
    void each(String what, Consumer<Call> consumer) {
        calls.stream().filter(call -> call.what().equals(what)).forEach(consumer);
    }
}
