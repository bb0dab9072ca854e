package org.jft.cluster.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.protocol.Announcement;
import org.jft.cluster.protocol.Announcement.Endpoint;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.AeronIpcTransport;
import org.jft.cluster.transport.AeronUdpTransport;
import org.jft.cluster.transport.TcpTransport;
import org.jft.cluster.transport.Transport;
import org.jft.cluster.transport.UdpSettings;
import org.jft.core.config.ClusterConfig;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;

/**
 * The transports of one worker, opened before it has met the others, because it must tell them
 * where it receives. Workers that share a media driver meet over that; others meet over TCP, where
 * rank 0 listens. One use: {@link #join} keeps what the ring needs and closes the rest.
 */
final class Links implements AutoCloseable {
    private static final long LOOK_UP_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Topology at;
    private final JobToken job;
    private final ClusterConfig config;
    private final ConcurrentMap<Integer, InetSocketAddress> tcpAddresses;
    private AeronIpcTransport ipc;
    private TcpTransport tcp;
    private AeronUdpTransport udp;

    private Links(
            Topology at,
            JobToken job,
            ClusterConfig config,
            ConcurrentMap<Integer, InetSocketAddress> tcpAddresses) {
        this.at = at;
        this.job = job;
        this.config = config;
        this.tcpAddresses = tcpAddresses;
    }

    /**
     * Opens what the configuration asks for.
     *
     * @param timeout longest wait until the master's name is known
     * @throws ConfigException when the environment does not say how to reach the others
     * @throws JftException when it cannot listen where it should
     */
    static Links open(
            MemberEnvironment member, JobToken job, ClusterConfig config, Duration timeout) {
        Links links = new Links(member.topology(), job, config, new ConcurrentHashMap<>());
        try {
            if (member.aeronDirectory().isPresent()) {
                links.openOnOneHost(member);
            } else {
                links.openBetweenHosts(member, timeout);
            }
            return links;
        } catch (RuntimeException e) {
            links.close();
            throw e;
        }
    }

    private void openOnOneHost(MemberEnvironment member) {
        ipc = AeronIpcTransport.connect(at.rank(), job, member.aeronDirectory().orElseThrow());
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        switch (config.transport()) {
            case TCP -> tcp = TcpTransport.listen(at.rank(), job, local, tcpAddresses);
            case UDP -> udp = openUdp(local);
            default -> {}
        }
    }

    private void openBetweenHosts(MemberEnvironment member, Duration timeout) {
        if (config.transport() == ClusterConfig.Transport.IPC) {
            throw unset(at, MemberEnvironment.AERON_DIR);
        }
        InetSocketAddress named =
                member.master()
                        .orElseThrow(
                                () ->
                                        unset(
                                                at,
                                                MemberEnvironment.AERON_DIR
                                                        + " (one host) or "
                                                        + MemberEnvironment.MASTER_ADDRESS));
        InetSocketAddress master = resolved(named, timeout);
        if (!at.leads()) {
            tcpAddresses.put(0, master);
        }
        InetSocketAddress local =
                at.leads() ? master : new InetSocketAddress(addressTowards(master), 0);
        tcp = TcpTransport.listen(at.rank(), job, local, tcpAddresses);
        InetSocketAddress anyPort = new InetSocketAddress(local.getAddress(), 0);
        switch (config.transport()) {
            case UDP -> udp = openUdp(anyPort);
            case AUTO -> {
                try {
                    udp = openUdp(anyPort);
                } catch (JftException e) {
                    warn(e.getMessage() + "; the workers will use TCP");
                }
            }
            default -> {}
        }
    }

    private AeronUdpTransport openUdp(InetSocketAddress local) {
        return AeronUdpTransport.open(at.rank(), job, local, UdpSettings.DEFAULT, Links::warn);
    }

    /** Returns what the ranks meet over. */
    Transport meeting() {
        return ipc == null ? tcp : ipc;
    }

    /** Returns where this rank receives, to be told to the others. */
    Endpoint endpoint() {
        InetSocketAddress address =
                tcp != null ? tcp.address() : udp == null ? null : udp.address();
        return address == null
                ? Endpoint.NONE
                : new Endpoint(
                        address.getAddress().getHostAddress(),
                        tcp == null ? 0 : tcp.address().getPort(),
                        udp == null ? 0 : udp.address().getPort(),
                        mtu(address.getAddress()));
    }

    /** Joins the ranks that have met in a ring, over the transport that fits. */
    Collective join(List<Announcement> members, Duration timeout) {
        Map<Integer, InetSocketAddress> udpAddresses = new HashMap<>();
        int mtu = UdpSettings.MAX_MTU;
        boolean allHaveUdp = udp != null;
        for (Announcement member : members) {
            Endpoint endpoint = member.endpoint();
            if (tcp != null && member.rank() != at.rank()) {
                tcpAddresses.put(
                        member.rank(),
                        new InetSocketAddress(endpoint.address(), endpoint.tcpPort()));
            }
            udpAddresses.put(
                    member.rank(), new InetSocketAddress(endpoint.address(), endpoint.udpPort()));
            allHaveUdp &= endpoint.udpPort() != 0;
            mtu = Math.min(mtu, endpoint.mtu());
        }
        if (allHaveUdp) {
            udp.locate(udpAddresses, config.mtu() > 0 ? config.mtu() : mtu);
        }
        Collective ring = choose(allHaveUdp, timeout);
        ring.barrier();
        return ring;
    }

    private Collective choose(boolean allHaveUdp, Duration timeout) {
        switch (config.transport()) {
            case UDP:
                return keepUdp(ring(udp, timeout));
            case TCP:
                return keepTcp(ring(tcp, timeout));
            default:
                if (ipc != null) {
                    return ring(ipc, timeout);
                }
                Collective overTcp = ring(tcp, timeout);
                if (!allHaveUdp) {
                    return keepTcp(overTcp);
                }
                Collective overUdp = ring(udp, timeout);
                SelfTest test = SelfTest.run(overTcp, overUdp, timeout);
                if (at.leads()) {
                    warn(test.toString());
                }
                return test.udpIsFaster() ? keepUdp(overUdp) : keepTcp(overTcp);
        }
    }

    private Collective ring(Transport transport, Duration timeout) {
        return Collective.ring(transport, at, job, config.wire(), timeout);
    }

    private Collective keepUdp(Collective ring) {
        close(ipc, tcp);
        return ring;
    }

    private Collective keepTcp(Collective ring) {
        close(ipc, udp);
        return ring;
    }

    @Override
    public void close() {
        close(ipc, tcp, udp);
    }

    private static void close(Transport... transports) {
        for (Transport transport : transports) {
            if (transport != null) {
                transport.close();
            }
        }
    }

    static ConfigException unset(Topology at, String variable) {
        return new ConfigException(
                "rank %d of %d cannot find the others: %s is not set"
                        .formatted(at.rank(), at.worldSize(), variable));
    }

    private static void warn(String sentence) {
        System.err.println(sentence);
    }

    /** Looks a host up until it has a name: in a cluster it may get one after this rank started. */
    private InetSocketAddress resolved(InetSocketAddress named, Duration timeout) {
        long startNs = System.nanoTime();
        while (true) {
            InetSocketAddress address =
                    new InetSocketAddress(named.getHostString(), named.getPort());
            if (!address.isUnresolved()) {
                return address;
            }
            if (System.nanoTime() - startNs > timeout.toNanos()
                    || Thread.currentThread().isInterrupted()) {
                throw new JftException( // no mistake of the user's, maybe: a pod's name may come
                        // yet
                        Category.ABORT_RANK,
                        "rank %d of %d cannot find the others: %s=%s: no host has that name"
                                .formatted(
                                        at.rank(),
                                        at.worldSize(),
                                        MemberEnvironment.MASTER_ADDRESS,
                                        named.getHostString()));
            }
            LockSupport.parkNanos(LOOK_UP_AGAIN_NS);
        }
    }

    /** Returns this host's address on the way to another; asks the routing table, sends nothing. */
    private static InetAddress addressTowards(InetSocketAddress target) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(target);
            return socket.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("no way to " + target, e);
        }
    }

    private static int mtu(InetAddress address) {
        try {
            NetworkInterface network = NetworkInterface.getByInetAddress(address);
            return network == null ? UdpSettings.MIN_MTU : UdpSettings.mtuOf(network.getMTU());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
