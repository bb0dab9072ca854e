package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import io.aeron.driver.MediaDriver;
import java.time.Duration;

/**
 * Sizes and times of the streams of one host; cluster/README.md says why the defaults are what they
 * are.
 *
 * @param frameLength longest frame on the bulk lane, in bytes; a multiple of 64
 * @param frames that a sender may be ahead of its receiver on the bulk lane
 * @param clientLiveness silence after which the driver takes a process for dead and closes its
 *     streams; below Aeron's publication unblock timeout of 15 s
 */
public record IpcSettings(int frameLength, int frames, Duration clientLiveness) {
    /** What the launcher and its workers run with. */
    public static final IpcSettings DEFAULT = new IpcSettings(32 * 1024, 64, Duration.ofSeconds(5));

    /** A window of notices must be at most half a term. */
    private static final int MAX_FRAMES = 512;

    /** Command, error and counter buffers of the driver, whatever the number of ranks. */
    private static final long DRIVER_BYTES = 16L << 20;

    private static final long LOG_BYTES = 3 * 64 * 1024 + 4096;
    private static final int LOGS = 3; // of notices and, both ways, of control messages

    public IpcSettings {
        checkArgument(
                frameLength > 0 && frameLength % 64 == 0,
                "frameLength must be a multiple of 64: frameLength=%s",
                frameLength);
        checkArgument(
                1 <= frames && frames <= MAX_FRAMES,
                "frames must be 1 to %s: frames=%s",
                MAX_FRAMES,
                frames);
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
        return DRIVER_BYTES + streams * ((long) frameLength * frames + LOGS * LOG_BYTES);
    }

    void apply(MediaDriver.Context context) {
        context.clientLivenessTimeoutNs(clientLiveness.toNanos());
    }
}
