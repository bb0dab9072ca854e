package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.nccl.ncclFloat32;
import static org.bytedeco.cuda.global.nccl.ncclSuccess;
import static org.bytedeco.cuda.global.nccl.ncclSum;

import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import org.bytedeco.javacpp.BytePointer;

/** NCCL over its C interface. */
final class JavaCppNccl implements Nccl {
    /** Version 2.13, the first that tells its last error; asking an older one ends the process. */
    private static final int TELLS_LAST_ERROR = 21_300;

    /** Returns the version as people write it. */
    static String version() {
        Cuda.loadNccl();
        int number = versionNumber();
        int thousands = number < 10_000 ? 1000 : 10_000; // up to 2.8 there were fewer digits
        return "%d.%d.%d".formatted(number / thousands, number % thousands / 100, number % 100);
    }

    private static int versionNumber() {
        int[] version = new int[1];
        check(nccl.ncclGetVersion(version), "ncclGetVersion", "NCCL");
        return version[0];
    }

    @Override
    public byte[] communicatorId() {
        Cuda.loadNccl();
        byte[] id = new byte[ID_BYTES];
        try (ncclUniqueId drawn = new ncclUniqueId();
                BytePointer bytes = new BytePointer(drawn)) {
            check(nccl.ncclGetUniqueId(drawn), "ncclGetUniqueId", "a new group");
            bytes.get(id);
        }
        return id;
    }

    @Override
    public Communicator communicator(Gpu gpu, byte[] id, int rank, int size) {
        if (id.length != ID_BYTES) {
            throw new IllegalArgumentException("an id of %d bytes".formatted(id.length));
        }
        Cuda.loadNccl();
        gpu.use();
        String who = "rank %d of %d on %s".formatted(rank, size, gpu.info());
        ncclComm handle = new ncclComm();
        try (ncclUniqueId group = new ncclUniqueId();
                BytePointer bytes = new BytePointer(group)) {
            bytes.put(id);
            check(nccl.ncclCommInitRank(handle, size, group, rank), "ncclCommInitRank", who);
        }
        return new Member(handle, rank, size, who);
    }

    private static void check(int status, String call, String who) {
        if (status != ncclSuccess) {
            throw new CudaException(
                    "%s failed for %s: %s%s"
                            .formatted(
                                    call,
                                    who,
                                    nccl.ncclGetErrorString(status).getString(),
                                    lastError()));
        }
    }

    private static String lastError() {
        int[] version = new int[1];
        if (nccl.ncclGetVersion(version) != ncclSuccess || version[0] < TELLS_LAST_ERROR) {
            return "";
        }
        String text = nccl.ncclGetLastError(null).getString().strip();
        return text.isEmpty() ? "" : ", " + text.replace('\n', ' ');
    }

    private record Member(ncclComm handle, int rank, int size, String who) implements Communicator {
        @Override
        public void sum(long address, long count, Stream stream) {
            try (Address vector = new Address(address)) {
                int status =
                        nccl.ncclAllReduce(
                                vector,
                                vector,
                                count,
                                ncclFloat32,
                                ncclSum,
                                handle,
                                ((JavaCppStream) stream).handle());
                if (status != ncclSuccess) {
                    check(status, "ncclAllReduce of %,d values".formatted(count), who);
                }
            }
        }

        @Override
        public void close() {
            if (!handle.isNull()) {
                // ncclCommDestroy would wait for sums whose other ranks may be gone.
                int status = nccl.ncclCommAbort(handle);
                handle.setNull();
                check(status, "ncclCommAbort", who);
            }
        }
    }
}
