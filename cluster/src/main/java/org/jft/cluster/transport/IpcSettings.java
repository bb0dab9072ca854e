package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import io.aeron.driver.MediaDriver;
import java.time.Duration;

/**
 * Sizes and times of a shared media driver; cluster/README.md says why the defaults are what they
 * are.
 *
 * @param mtu longest frame on the bulk lane with Aeron's 32 byte header; a multiple of 32
 * @param termLength bytes of one of the three terms of a bulk stream; a power of two
 * @param window bytes a sender may be ahead of its receiver on the bulk lane
 * @param clientLiveness silence after which the driver takes a process for dead and closes its
 *     streams; below Aeron's publication unblock timeout of 15 s
 */
public record IpcSettings(int mtu, int termLength, int window, Duration clientLiveness) {
    /** What the launcher runs with. */
    public static final IpcSettings DEFAULT =
            new IpcSettings(32 * 1024, 2 << 20, 1 << 20, Duration.ofSeconds(5));

    /** Command, error and counter buffers of the driver, whatever the number of ranks. */
    private static final long DRIVER_BYTES = 16L << 20;

    private static final long CONTROL_LOG_BYTES = 3 * 64 * 1024 + 4096;

    public IpcSettings {
        checkArgument(mtu > 0 && mtu % 32 == 0, "mtu must be a multiple of 32: mtu=%s", mtu);
        checkArgument(
                Integer.bitCount(termLength) == 1 && termLength >= 64 * 1024,
                "termLength must be a power of two of at least 64 KB: termLength=%s",
                termLength);
        checkArgument(
                mtu <= window && window <= termLength / 2,
                "window must be between mtu and half a term: window=%s",
                window);
        checkArgument(
                clientLiveness.toMillis() >= 1000 && clientLiveness.toMillis() <= 14_000,
                "clientLiveness must be 1 to 14 s: clientLiveness=%s",
                clientLiveness);
    }

    /**
     * Returns the bytes of shared memory that so many streams take, with those beside them that
     * carry control messages. In a ring each rank has one.
     */
    public long bytesNeeded(int streams) {
        long bulkLogBytes = 3L * termLength + 4096;
        return DRIVER_BYTES + streams * (bulkLogBytes + 2 * CONTROL_LOG_BYTES);
    }

    void apply(MediaDriver.Context context) {
        context.ipcMtuLength(mtu)
                .ipcTermBufferLength(termLength)
                .ipcPublicationTermWindowLength(window)
                .clientLivenessTimeoutNs(clientLiveness.toNanos());
    }
}
