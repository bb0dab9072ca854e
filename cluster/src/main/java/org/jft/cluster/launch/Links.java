package org.jft.cluster.launch;

import com.google.common.collect.Iterables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Generation;
import org.jft.cluster.collective.Plan;
import org.jft.cluster.membership.View;
import org.jft.cluster.protocol.Announcement;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;
import org.jft.cluster.transport.AeronIpcTransport;
import org.jft.cluster.transport.AeronUdpTransport;
import org.jft.cluster.transport.HostTransport;
import org.jft.cluster.transport.SharedStreams;
import org.jft.cluster.transport.StripedTransport;
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
 * where it receives. Workers whose members stay meet over them: over the media driver they share,
 * or over TCP, where rank 0 listens. Where members change, a coordinator tells each who and where
 * the others are; links are then opened for one generation, by a worker that does not know its rank
 * yet. One use: {@code join} keeps what the ring needs and closes the rest.
 */
final class Links implements AutoCloseable {
    /** What this process need not say again in each generation. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private final ClusterConfig config;
    private final ConcurrentMap<Integer, InetSocketAddress> tcpAddresses =
            new ConcurrentHashMap<>();
    private ClusterConfig.Transport over; // AUTO until all have met
    private ServerSocketChannel tcpPort; // of a rank that is not known yet
    private AeronIpcTransport ipc;
    private TcpTransport tcp;
    private List<AeronUdpTransport> udp = List.of(); // one for each stream

    /** What a collective needs besides a transport. */
    private record Ranks(
            Topology at, Plan plan, JobToken job, Generation generation, Duration timeout) {
        Collective over(Transport transport, ClusterConfig.Wire wire) {
            return Collective.over(transport, at, plan, job, generation, wire, timeout);
        }
    }

    private Links(ClusterConfig config, ClusterConfig.Transport over) {
        this.config = config;
        this.over = over;
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
        Links links = new Links(config, config.transport());
        try {
            if (member.aeronDirectory().isPresent()) {
                links.openOnOneHost(member, job);
            } else {
                links.openBetweenHosts(member, job, timeout);
            }
            return links;
        } catch (RuntimeException e) {
            links.close();
            throw e;
        }
    }

    /**
     * Opens what the next generation may use.
     *
     * @param over what earlier generations have used, else what is configured
     * @param address of this host, as the others reach it
     */
    static Links openForGeneration(
            MemberEnvironment member,
            ClusterConfig config,
            ClusterConfig.Transport over,
            InetAddress address) {
        boolean oneHost = member.aeronDirectory().isPresent();
        if (over == ClusterConfig.Transport.IPC && !oneHost) {
            throw unset(member.topology(), MemberEnvironment.AERON_DIR);
        }
        InetSocketAddress local = new InetSocketAddress(address, 0);
        boolean choose = over == ClusterConfig.Transport.AUTO && !oneHost;
        Links links = new Links(config, over);
        try {
            if (over == ClusterConfig.Transport.TCP || choose) {
                links.tcpPort = TcpTransport.bind(member.name(), local);
            }
            if (over == ClusterConfig.Transport.UDP) {
                links.udp = links.openUdp(member.topology(), JobToken.of(member.name()), local);
            } else if (choose) {
                links.tryUdp(member.topology(), JobToken.of(member.name()), local);
            }
            return links;
        } catch (RuntimeException e) {
            links.close();
            throw e;
        }
    }

    private void openOnOneHost(MemberEnvironment member, JobToken job) {
        Topology at = member.topology();
        ipc = AeronIpcTransport.connect(at.rank(), job, member.aeronDirectory().orElseThrow());
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        switch (over) {
            case TCP -> tcp = TcpTransport.listen(at.rank(), job, local, tcpAddresses);
            case UDP -> udp = openUdp(at, job, local);
            default -> {}
        }
    }

    private void openBetweenHosts(MemberEnvironment member, JobToken job, Duration timeout) {
        Topology at = member.topology();
        if (over == ClusterConfig.Transport.IPC) {
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
        InetSocketAddress master = HostAddresses.resolved(at, named, timeout);
        if (!at.leads()) {
            tcpAddresses.put(0, master);
        }
        InetSocketAddress local =
                at.leads()
                        ? master
                        : new InetSocketAddress(HostAddresses.addressTowards(master), 0);
        tcp = TcpTransport.listen(at.rank(), job, local, tcpAddresses);
        InetSocketAddress anyPort = new InetSocketAddress(local.getAddress(), 0);
        switch (over) {
            case UDP -> udp = openUdp(at, job, anyPort);
            case AUTO -> tryUdp(at, job, anyPort);
            default -> {}
        }
    }

    private void tryUdp(Topology at, JobToken job, InetSocketAddress local) {
        try {
            udp = openUdp(at, job, local);
        } catch (JftException e) {
            warn(e.getMessage() + "; the workers will use TCP");
        }
    }

    /** Each stream has a media driver, and so a thread, of its own. */
    private List<AeronUdpTransport> openUdp(Topology at, JobToken job, InetSocketAddress local) {
        int most = Math.max(at.worldSize(), config.maxWorkers());
        int each = Plan.streams(config.algorithm(), most);
        Set<String> warnings = ConcurrentHashMap.newKeySet();
        List<AeronUdpTransport> opened = new ArrayList<>();
        try {
            for (int stream = 0; stream < config.streams(); stream++) {
                opened.add(
                        AeronUdpTransport.open(
                                at.rank(),
                                job,
                                local,
                                UdpSettings.DEFAULT,
                                each,
                                sentence -> warnOnce(sentence, warnings)));
            }
            return opened;
        } catch (RuntimeException e) {
            StripedTransport.over(opened).close();
            throw e;
        }
    }

    private static void warnOnce(String sentence, Set<String> warnings) {
        if (warnings.add(sentence)) {
            warn(sentence);
        }
    }

    /** Returns what the ranks meet over. */
    Transport meeting() {
        return ipc == null ? tcp : ipc;
    }

    /** Returns where this rank receives, to be told to the others. */
    Endpoint endpoint() {
        InetSocketAddress overTcp = tcpPort != null ? port() : tcp != null ? tcp.address() : null;
        if (overTcp == null && udp.isEmpty()) {
            return Endpoint.NONE;
        }
        InetAddress here = (overTcp != null ? overTcp : udp.get(0).address()).getAddress();
        return new Endpoint(
                here.getHostAddress(),
                overTcp == null ? 0 : overTcp.getPort(),
                udp.stream().map(stream -> stream.address().getPort()).toList(),
                HostAddresses.mtu(here));
    }

    private InetSocketAddress port() {
        try {
            return (InetSocketAddress) tcpPort.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Joins the ranks that have met in a ring, over the transport that fits. */
    Collective join(Topology at, JobToken job, List<Announcement> members, Duration timeout) {
        List<Endpoint> endpoints = members.stream().map(Announcement::endpoint).toList();
        return join(new Ranks(at, plan(endpoints), job, Generation.ONLY, timeout), endpoints);
    }

    /**
     * Joins the members of a generation.
     *
     * @param job of all generations
     */
    Collective join(
            MemberEnvironment member,
            JobToken job,
            View view,
            Generation generation,
            Duration timeout) {
        Topology at = view.topology();
        if (at.worldSize() == 1) {
            close();
            return Collective.solo(generation);
        }
        JobToken token = job.ofGeneration(view.generation());
        if (member.aeronDirectory().isPresent() && tcpPort == null && udp.isEmpty()) {
            ipc =
                    AeronIpcTransport.connect(
                            at.rank(), token, member.aeronDirectory().orElseThrow());
        }
        if (tcpPort != null) {
            tcp = TcpTransport.listen(at.rank(), token, tcpPort, tcpAddresses);
            tcpPort = null;
        }
        udp.forEach(stream -> stream.become(at.rank(), token));
        List<Endpoint> endpoints = view.members().stream().map(Standing::endpoint).toList();
        return join(new Ranks(at, plan(endpoints), token, generation, timeout), endpoints);
    }

    /** An address tells hosts apart that have the same name, such as containers. */
    private Plan plan(List<Endpoint> endpoints) {
        return Plan.of(config.algorithm(), endpoints.stream().map(Endpoint::address).toList());
    }

    private Collective join(Ranks ranks, List<Endpoint> endpoints) {
        for (int rank = 0; rank < endpoints.size(); rank++) {
            Endpoint endpoint = endpoints.get(rank);
            if (tcp != null && rank != ranks.at().rank()) {
                tcpAddresses.put(
                        rank, new InetSocketAddress(endpoint.address(), endpoint.tcpPort()));
            }
        }
        boolean allHaveUdp = firstWithoutUdp(endpoints) < 0;
        boolean allHaveTcp = endpoints.stream().allMatch(endpoint -> endpoint.tcpPort() != 0);
        if (allHaveUdp) {
            locateUdp(endpoints);
        }
        if (over == ClusterConfig.Transport.UDP && !allHaveUdp) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the workers talk over UDP, but rank %d at %s could not open it"
                            .formatted(
                                    firstWithoutUdp(endpoints),
                                    endpoints.get(firstWithoutUdp(endpoints)).address()));
        }
        Collective joined = choose(ranks, allHaveTcp, allHaveUdp);
        if (ranks.at().leads() && ranks.plan().levels().size() > 1) {
            warn("sums go in " + ranks.plan());
        }
        joined.barrier();
        ipc = null; // the collective's from here on, and the others are closed
        tcp = null;
        udp = List.of();
        return joined;
    }

    private static int firstWithoutUdp(List<Endpoint> endpoints) {
        return Iterables.indexOf(endpoints, endpoint -> endpoint.udpPorts().isEmpty());
    }

    private void locateUdp(List<Endpoint> endpoints) {
        int mtu = endpoints.stream().mapToInt(Endpoint::mtu).min().orElseThrow();
        for (int stream = 0; stream < udp.size(); stream++) {
            Map<Integer, InetSocketAddress> addresses = new HashMap<>();
            for (int rank = 0; rank < endpoints.size(); rank++) {
                Endpoint endpoint = endpoints.get(rank);
                int port = endpoint.udpPorts().get(stream);
                addresses.put(rank, new InetSocketAddress(endpoint.address(), port));
            }
            udp.get(stream).locate(addresses, config.mtu() > 0 ? config.mtu() : mtu);
        }
    }

    private Collective choose(Ranks ranks, boolean allHaveTcp, boolean allHaveUdp) {
        if (over != ClusterConfig.Transport.UDP
                && over != ClusterConfig.Transport.TCP
                && ipc != null) {
            if (config.streams() > 1 && ranks.at().leads()) {
                warnOnce("cluster.streams counts between hosts: these workers share memory", TOLD);
            }
            return ranks.over(ipc, config.wire());
        }
        // Inside a host TCP is faster than UDP.
        boolean both = ranks.plan().crossesHosts() && tcp != null && allHaveTcp;
        Transport shared = tcp == null ? null : new SharedStreams(tcp.striped(config.streams()));
        Transport mostlyUdp = both ? inside(ranks, shared) : overUdp();
        if (over == ClusterConfig.Transport.UDP || allHaveUdp && !allHaveTcp) {
            return keepUdp(ranks.over(mostlyUdp, config.wire()), both);
        }
        Collective overTcp = ranks.over(shared, config.wire());
        if (over == ClusterConfig.Transport.TCP || !allHaveUdp) {
            return keepTcp(overTcp);
        }
        Collective overUdp = ranks.over(mostlyUdp, config.wire());
        SelfTest test = SelfTest.run(overTcp, overUdp, ranks.timeout());
        if (ranks.at().leads()) {
            warn(test.toString());
        }
        return test.udpIsFaster() ? keepUdp(overUdp, both) : keepTcp(overTcp);
    }

    private Transport inside(Ranks ranks, Transport overTcp) {
        int self = ranks.at().rank();
        return new HostTransport(rank -> ranks.plan().sameHost(rank, self), overTcp, overUdp());
    }

    private Transport overUdp() {
        return StripedTransport.over(udp);
    }

    private Collective keepUdp(Collective ranks, boolean withTcp) {
        over = ClusterConfig.Transport.UDP;
        close(ipc, withTcp ? null : tcp);
        return ranks;
    }

    private Collective keepTcp(Collective ranks) {
        over = ClusterConfig.Transport.TCP;
        close(ipc, overUdp());
        return ranks;
    }

    /** Returns what {@code join} has chosen; {@code AUTO} where there was nothing to choose. */
    ClusterConfig.Transport over() {
        return over;
    }

    @Override
    public void close() {
        close(ipc, tcp, overUdp());
        if (tcpPort != null) {
            try {
                tcpPort.close();
            } catch (IOException ignored) {
                // It is given up either way.
            }
        }
    }

    private static void close(Transport... transports) {
        Transport.closeAll(Stream.of(transports).filter(Objects::nonNull).toList());
    }

    static ConfigException unset(Topology at, String variable) {
        return new ConfigException(
                "rank %d of %d cannot find the others: %s is not set"
                        .formatted(at.rank(), at.worldSize(), variable));
    }

    private static void warn(String sentence) {
        System.err.println(sentence);
    }
}
