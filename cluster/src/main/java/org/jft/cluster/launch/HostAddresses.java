package org.jft.cluster.launch;

import static java.util.stream.Collectors.joining;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import org.jft.cluster.preflight.HostProbe;
import org.jft.cluster.transport.UdpSettings;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;

/** Where hosts are: that of the others, and this one as they reach it. */
final class HostAddresses {
    private HostAddresses() {}

    /** Looks a host up until it has a name: in a cluster it may get one after this rank started. */
    static InetSocketAddress resolved(Topology at, InetSocketAddress named, Duration timeout) {
        HostAndPort host = HostAndPort.fromParts(named.getHostString(), named.getPort());
        return resolved(at, MemberEnvironment.MASTER_ADDRESS, List.of(host), timeout);
    }

    /** Looks several up until one of them has a name. */
    private static InetSocketAddress resolved(
            Topology at, String variable, List<HostAndPort> named, Duration timeout) {
        InetSocketAddress found = HostProbe.await(named, timeout);
        if (found.isUnresolved()) {
            // No mistake of the user's, maybe: a pod's name may come yet.
            throw new JftException(
                    Category.ABORT_RANK,
                    "rank %d of %d cannot find the others: %s=%s: no host has that name"
                            .formatted(
                                    at.rank(),
                                    at.worldSize(),
                                    variable,
                                    named.stream()
                                            .map(HostAndPort::getHost)
                                            .collect(joining(","))));
        }
        return found;
    }

    /**
     * Returns this host's address, as the others reach it: that on the way to a coordinator.
     *
     * @param timeout longest wait until the name of one is known
     */
    static InetAddress addressOf(MemberEnvironment member, Duration timeout) {
        if (member.aeronDirectory().isPresent()) {
            return InetAddress.getLoopbackAddress(); // all are on this host
        }
        return addressTowards(
                resolved(member.topology(), variable(member), member.coordinators(), timeout));
    }

    /** Returns the variable that says where the coordinators are. */
    private static String variable(MemberEnvironment member) {
        boolean atMaster =
                member.master()
                        .map(MasterCoordinator::at)
                        .map(List::of)
                        .filter(member.coordinators()::equals)
                        .isPresent();
        return atMaster ? MemberEnvironment.MASTER_ADDRESS : MemberEnvironment.COORDINATORS;
    }

    /** Returns this host's address on the way to another; asks the routing table, sends nothing. */
    static InetAddress addressTowards(InetSocketAddress target) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(target);
            return socket.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("no way to " + target, e);
        }
    }

    /** Returns the MTU for frames over UDP on the interface that has an address of this host. */
    static int mtu(InetAddress address) {
        try {
            NetworkInterface network = NetworkInterface.getByInetAddress(address);
            return network == null ? UdpSettings.MIN_MTU : UdpSettings.mtuOf(network.getMTU());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
