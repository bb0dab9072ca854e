package org.jft.cluster.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.jft.cluster.collective.Collective;
import org.jft.core.failure.JftException;

/**
 * A short all-reduce over UDP and over TCP. All ranks compare the same numbers, those of the
 * slowest rank, so all choose alike.
 *
 * @param tcpRate bus bandwidth in GB/s: 2(N-1)/N * bytes / time
 * @param udpRate the same; 0 when UDP does not get through
 */
record SelfTest(double tcpRate, double udpRate) {
    private static final int BYTES = 16 << 20;
    private static final int ROUNDS = 4; // the first ones compile and fill windows
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long FAILED = Long.MAX_VALUE;

    /** Runs the test; all ranks call it at the same time. */
    static SelfTest run(Collective tcp, Collective udp, Duration timeout) {
        FloatBuffer vector =
                ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
        long tcpNs = fastest(tcp, vector);
        udp.setTimeout(PATIENCE.compareTo(timeout) < 0 ? PATIENCE : timeout);
        long udpNs;
        try {
            udpNs = fastest(udp, vector);
            udp.setTimeout(timeout);
        } catch (JftException e) {
            udpNs = FAILED; // a firewall, or an MTU that the path does not carry
        }
        // A rank for which UDP failed keeps all from it.
        long slowestTcpNs = slowest(tcp, tcpNs);
        long slowestUdpNs = slowest(tcp, udpNs);
        double share = 2.0 * (tcp.topology().worldSize() - 1) / tcp.topology().worldSize();
        return new SelfTest(
                share * BYTES / slowestTcpNs,
                slowestUdpNs == FAILED ? 0 : share * BYTES / slowestUdpNs);
    }

    boolean udpIsFaster() {
        return udpRate > tcpRate;
    }

    @Override
    public String toString() {
        String udp = udpRate == 0 ? "UDP does not get through" : "%.2f over UDP".formatted(udpRate);
        return "cluster.transport=auto: %s (%.2f GB/s over TCP, %s)"
                .formatted(udpIsFaster() ? "udp" : "tcp", tcpRate, udp);
    }

    private static long fastest(Collective ring, FloatBuffer vector) {
        long fastestNs = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            ring.barrier();
            long startNs = System.nanoTime();
            ring.allReduce(vector);
            fastestNs = Math.min(fastestNs, System.nanoTime() - startNs);
        }
        return fastestNs;
    }

    private static long slowest(Collective ring, long ns) {
        return Arrays.stream(ring.allGather(ns)).max().orElseThrow();
    }
}
