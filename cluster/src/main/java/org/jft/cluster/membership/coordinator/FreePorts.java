package org.jft.cluster.membership.coordinator;

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.CloseHelper;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Ports for nodes that may listen anywhere. */
public final class FreePorts {
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
            if (free(host, base, nodes * CoordinatorSettings.PORTS)) {
                return base;
            }
        }
        throw new JftException(
                Category.ABORT_RUN,
                "found no %d free UDP ports in a row on %s"
                        .formatted(nodes * CoordinatorSettings.PORTS, host));
    }

    private static boolean free(String host, int base, int count) {
        List<DatagramSocket> sockets = new ArrayList<>();
        try {
            for (int port = base; port < base + count; port++) {
                sockets.add(new DatagramSocket(new InetSocketAddress(host, port)));
            }
            return true;
        } catch (SocketException e) {
            return false;
        } finally {
            CloseHelper.quietCloseAll(sockets);
        }
    }
}
