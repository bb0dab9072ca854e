package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_BOOLEAN;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_DOUBLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_INT64;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_VOID_PTR;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Some of cuDNN's backend descriptors, made together and destroyed together. Attributes have a name
 * and a type; values are read from memory, an array of addresses where they are descriptors.
 */
final class Descriptors implements AutoCloseable {
    private static final int NOT_SUPPORTED = 3000; // and up to 3999: no fault, just no code
    private static final int INTERNAL_ERROR = 4000;

    private final String subject;
    private final Deque<Pointer> values = new ArrayDeque<>();
    private final Deque<cudnnBackendDescriptor_t> owned = new ArrayDeque<>();

    /**
     * Starts.
     *
     * @param subject what they are for and on which device, for messages
     */
    Descriptors(String subject) {
        this.subject = subject;
    }

    /** Throws {@link CudaException.Unsupported} where cuDNN says that it has no code. */
    static void check(int status, String call, String subject) {
        if (status != 0) {
            throw failure(status, call, subject);
        }
    }

    /** Returns what to throw; call it at once, for it asks for the reason of the last failure. */
    static CudaException failure(int status, String call, String subject) {
        byte[] detail = new byte[1024];
        cudnn.cudnnGetLastErrorString(detail, detail.length);
        String reason = new String(detail, java.nio.charset.StandardCharsets.UTF_8);
        int end = reason.indexOf('\0');
        reason = (end < 0 ? reason : reason.substring(0, end)).strip();
        String message =
                "%s failed for %s: %s%s"
                        .formatted(
                                call,
                                subject,
                                cudnn.cudnnGetErrorString(status).getString(),
                                reason.isEmpty() ? "" : ", " + reason.replace('\n', ' '));
        boolean unsupported = status >= NOT_SUPPORTED && status < INTERNAL_ERROR;
        return unsupported ? new CudaException.Unsupported(message) : new CudaException(message);
    }

    /** Runs often: no text is made of what succeeds. */
    private void check(int status, String function, int of) {
        if (status != 0) {
            throw failure(status, "%s(%d)".formatted(function, of), subject);
        }
    }

    cudnnBackendDescriptor_t create(int kind) {
        cudnnBackendDescriptor_t descriptor = new cudnnBackendDescriptor_t();
        check(
                cudnn.cudnnBackendCreateDescriptor(kind, descriptor),
                "cudnnBackendCreateDescriptor",
                kind);
        owned.push(descriptor);
        return descriptor;
    }

    cudnnBackendDescriptor_t finish(cudnnBackendDescriptor_t descriptor) {
        check(cudnn.cudnnBackendFinalize(descriptor), "cudnnBackendFinalize", subject);
        return descriptor;
    }

    private void set(
            cudnnBackendDescriptor_t descriptor, int name, int type, long count, Pointer value) {
        try (value) {
            check(
                    cudnn.cudnnBackendSetAttribute(descriptor, name, type, count, value),
                    "cudnnBackendSetAttribute",
                    name);
        }
    }

    /** Sets an enumeration, whose type says which. */
    void setEnum(cudnnBackendDescriptor_t descriptor, int name, int type, int value) {
        set(descriptor, name, type, 1, new IntPointer(new int[] {value}));
    }

    void setLongs(cudnnBackendDescriptor_t descriptor, int name, long... value) {
        set(descriptor, name, CUDNN_TYPE_INT64, value.length, new LongPointer(value));
    }

    void setLongs(cudnnBackendDescriptor_t descriptor, int name, List<Long> value) {
        setLongs(descriptor, name, value.stream().mapToLong(Long::longValue).toArray());
    }

    void setFloat(cudnnBackendDescriptor_t descriptor, int name, float value) {
        set(descriptor, name, CUDNN_TYPE_FLOAT, 1, new FloatPointer(new float[] {value}));
    }

    void setDouble(cudnnBackendDescriptor_t descriptor, int name, double value) {
        set(descriptor, name, CUDNN_TYPE_DOUBLE, 1, new DoublePointer(new double[] {value}));
    }

    void setTrue(cudnnBackendDescriptor_t descriptor, int name) {
        set(descriptor, name, CUDNN_TYPE_BOOLEAN, 1, new BytePointer(new byte[] {1}));
    }

    void setHandle(cudnnBackendDescriptor_t descriptor, int name, cudnnContext handle) {
        set(descriptor, name, CUDNN_TYPE_HANDLE, 1, new LongPointer(new long[] {handle.address()}));
    }

    void setAddresses(cudnnBackendDescriptor_t descriptor, int name, long... addresses) {
        set(descriptor, name, CUDNN_TYPE_VOID_PTR, addresses.length, new LongPointer(addresses));
    }

    void setDescriptors(
            cudnnBackendDescriptor_t descriptor, int name, List<cudnnBackendDescriptor_t> value) {
        long[] addresses = value.stream().mapToLong(Pointer::address).toArray();
        set(
                descriptor,
                name,
                CUDNN_TYPE_BACKEND_DESCRIPTOR,
                addresses.length,
                new LongPointer(addresses));
    }

    void setDescriptor(
            cudnnBackendDescriptor_t descriptor, int name, cudnnBackendDescriptor_t value) {
        setDescriptors(descriptor, name, List.of(value));
    }

    long getLong(cudnnBackendDescriptor_t descriptor, int name) {
        try (LongPointer value = new LongPointer(new long[] {0})) {
            get(descriptor, name, CUDNN_TYPE_INT64, 1, value);
            return value.get();
        }
    }

    int getEnum(cudnnBackendDescriptor_t descriptor, int name, int type) {
        try (IntPointer value = new IntPointer(new int[] {0})) {
            get(descriptor, name, type, 1, value);
            return value.get();
        }
    }

    Set<Integer> getEnums(cudnnBackendDescriptor_t descriptor, int name, int type, int most) {
        try (IntPointer value = new IntPointer(new int[most])) {
            int[] all = new int[(int) Math.min(most, get(descriptor, name, type, most, value))];
            value.get(all);
            return IntStream.of(all).boxed().collect(Collectors.toSet());
        }
    }

    /** Returns how many descriptors an attribute has; of a heuristic's results only. */
    int count(cudnnBackendDescriptor_t descriptor, int name) {
        return (int) get(descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, null);
    }

    /** Reads at most so many descriptors into new ones of a kind, which cuDNN wants to be given. */
    List<cudnnBackendDescriptor_t> getDescriptors(
            cudnnBackendDescriptor_t descriptor, int name, int kind, int most) {
        List<cudnnBackendDescriptor_t> room = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            room.add(create(kind));
        }
        if (room.isEmpty()) {
            return room;
        }
        try (LongPointer value =
                new LongPointer(room.stream().mapToLong(Pointer::address).toArray())) {
            long given = get(descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, most, value);
            return room.subList(0, (int) Math.min(most, given));
        }
    }

    private long get(
            cudnnBackendDescriptor_t descriptor, int name, int type, long most, Pointer value) {
        long[] count = new long[1];
        check(
                cudnn.cudnnBackendGetAttribute(descriptor, name, type, most, count, value),
                "cudnnBackendGetAttribute",
                name);
        return count[0];
    }

    /** Keeps a number in host memory and returns its address. */
    long keep(float value) {
        FloatPointer place = new FloatPointer(new float[] {value});
        values.push(place);
        return place.address();
    }

    /** Gives a descriptor to others, to live as long as they do. */
    void hand(cudnnBackendDescriptor_t descriptor, Descriptors to) {
        owned.remove(descriptor);
        to.owned.push(descriptor);
    }

    /** Destroys what was made, the last first; idempotent. */
    @Override
    public void close() {
        while (!owned.isEmpty()) {
            cudnn.cudnnBackendDestroyDescriptor(owned.pop());
        }
        while (!values.isEmpty()) {
            values.pop().close();
        }
    }
}
