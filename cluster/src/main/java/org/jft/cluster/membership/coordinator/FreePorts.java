package org.jft.cluster.membership.coordinator;

import com.google.common.net.HostAndPort;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.agrona.CloseHelper;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Ports for nodes that may listen anywhere. */
public final class FreePorts {
    /** What {@link #obstacle} begins with where somebody listens already. */
    public static final String IN_USE = "Address already in use";

    /** Below what the kernel hands out by itself (32768 and up). */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 32_000;
    private static final int TRIES = 100;

    private FreePorts() {}

    /**
     * Returns the first of a row of UDP ports that nobody listens on at this moment, one row of
     * {@value CoordinatorSettings#PORTS} for each node.
     */
    public static int base(String host, int nodes) {
        Random random = new Random();
        for (int i = 0; i < TRIES; i++) {
            int base = LOWEST + random.nextInt(HIGHEST - LOWEST);
            if (bind(host, base, nodes * CoordinatorSettings.PORTS).isEmpty()) {
                return base;
            }
        }
        throw new JftException(
                Category.ABORT_RUN,
                "found no %d free UDP ports in a row on %s"
                        .formatted(nodes * CoordinatorSettings.PORTS, host));
    }

    /** Returns what would be in the way of a node that listens at this moment, if anything. */
    public static Optional<String> obstacle(HostAndPort node) {
        return bind(node.getHost(), node.getPort(), CoordinatorSettings.PORTS);
    }

    /**
     * Sees that a node can listen: Aeron would say it late, and not in one sentence.
     *
     * @throws JftException that says why not
     */
    static void check(HostAndPort node) {
        obstacle(node)
                .ifPresent(
                        why -> {
                            throw new JftException(
                                    Category.ABORT_RUN,
                                    "the coordinator cannot listen at %s and the %d ports that follow: %s"
                                            .formatted(node, CoordinatorSettings.PORTS - 1, why));
                        });
    }

    /** Returns what is in the way of listening on a row of ports. */
    private static Optional<String> bind(String host, int base, int count) {
        List<DatagramSocket> sockets = new ArrayList<>();
        try {
            for (int port = base; port < base + count; port++) {
                sockets.add(new DatagramSocket(new InetSocketAddress(host, port)));
            }
            return Optional.empty();
        } catch (SocketException | IllegalArgumentException e) { // the latter: beyond 65535
            return Optional.of(e.getMessage());
        } finally {
            CloseHelper.quietCloseAll(sockets);
        }
    }
}
