package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import io.aeron.driver.MediaDriver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Sizes and times of a worker's own media driver, which carries its streams over UDP;
 * cluster/README.md says why the defaults are what they are.
 *
 * @param termLength bytes of one of the three terms of a bulk stream, at the sender and again at
 *     the receiver; a power of two
 * @param window bytes a sender may be ahead of its receiver; at most half a term, and what the host
 *     grants a socket ({@code net.core.rmem_max}) if that is less
 * @param socketBuffer bytes asked for each socket buffer
 * @param liveness silence after which a stream counts as gone
 */
public record UdpSettings(int termLength, int window, int socketBuffer, Duration liveness) {
    /** What workers run with. */
    public static final UdpSettings DEFAULT =
            new UdpSettings(1 << 20, 512 << 10, 4 << 20, Duration.ofSeconds(4));

    /** The longest datagram of Aeron over IPv4: a multiple of 32. */
    public static final int MAX_MTU = 65_504;

    /** Fits where the path carries 1500 bytes, less the headers of IP and UDP. */
    public static final int MIN_MTU = 1_408;

    private static final int IP_AND_UDP_HEADERS = 28;
    private static final int MTU_ALIGNMENT = 32;
    private static final long DRIVER_BYTES = 16L << 20;

    public UdpSettings {
        checkArgument(
                Integer.bitCount(termLength) == 1 && termLength >= 64 * 1024,
                "termLength must be a power of two of at least 64 KB: termLength=%s",
                termLength);
        checkArgument(
                window <= termLength / 2, "window must be at most half a term: window=%s", window);
        checkArgument(window <= socketBuffer, "window must fit the socket buffer: %s", window);
    }

    /** Returns the MTU for frames on a network interface: one datagram in one packet. */
    public static int mtuOf(int interfaceMtu) {
        int aligned = (interfaceMtu - IP_AND_UDP_HEADERS) / MTU_ALIGNMENT * MTU_ALIGNMENT;
        return Math.max(MIN_MTU, Math.min(MAX_MTU, aligned));
    }

    /** Returns the same with a smaller socket buffer, and the window that fits it. */
    UdpSettings limitedTo(int grantedSocketBuffer) {
        int buffer = Math.min(socketBuffer, grantedSocketBuffer);
        return new UdpSettings(termLength, Math.min(window, buffer), buffer, liveness);
    }

    /** Returns the bytes of shared memory that one worker takes for some streams. */
    public long bytesNeeded(int streams) {
        return DRIVER_BYTES + streams * (3L * termLength + 4096);
    }

    void apply(MediaDriver.Context context) {
        long livenessNs = liveness.toNanos();
        context.publicationTermBufferLength(termLength)
                .publicationTermWindowLength(window)
                .initialWindowLength(window)
                .socketRcvbufLength(socketBuffer)
                .socketSndbufLength(socketBuffer)
                .imageLivenessTimeoutNs(livenessNs)
                .publicationConnectionTimeoutNs(livenessNs)
                // How long what was sent is kept for a slow receiver when a worker ends.
                .publicationLingerTimeoutNs(TimeUnit.SECONDS.toNanos(1));
    }
}
