package org.jft.cluster.membership.coordinator;

import com.google.common.net.HostAndPort;
import io.aeron.Aeron;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.ClusterException;
import io.aeron.cluster.client.EgressListener;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.RegistrationException;
import io.aeron.exceptions.TimeoutException;
import io.aeron.logbuffer.Header;
import io.aeron.security.AuthenticationException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.NoOpLock;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.MembershipNotice;
import org.jft.cluster.protocol.MembershipRequest;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A member's connection to the node that leads. It keeps its session alive, follows a new leader,
 * and, where its session ends or nobody answers, opens another one and says under which it has
 * heard something last: of those in between the coordinator may not know.
 *
 * <p>One thread, the one that calls {@link #turn}; {@link #upNs} is for any.
 */
final class CoordinatorLink implements AutoCloseable {
    /** Who hears what comes over the link, on its thread. */
    interface Listener {
        void onNotice(MembershipNotice notice);

        /** A session, or a leader, is new: what was sent before may be lost. */
        void onConnected();

        /** No try to connect can succeed. */
        void onHopeless(JftException why);
    }

    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** A leader that is back, or a new one, finds its members by itself in this time, or at all. */
    private static final Duration NEW_LEADER = Duration.ofSeconds(60);

    private static final long WAIT_FOR_LEADER_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int KEEP_ALIVES_PER_TIMEOUT = 5;

    private final List<HostAndPort> nodes;
    private final JobToken job;
    private final Optional<Path> givenDriver;
    private final Listener listener;
    private final long lostAfterNs;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

    private MediaDriverHost driver;
    private Aeron aeron;
    private AeronCluster.AsyncConnect connecting;
    private AeronCluster cluster; // null while there is no session
    private long heardUnder =
            MembershipRequest.NONE; // the last session with a notice, or the first
    private long keptAliveNs;
    private long turnNs;
    private boolean hopeless;
    private volatile long upNs;
    private volatile Optional<String> trouble = Optional.empty();

    /**
     * Makes a link that connects in its first turns.
     *
     * @param lostAfter silence after which the coordinator counts a member as lost
     * @param givenDriver folder of a media driver to use; else it runs its own
     */
    CoordinatorLink(
            List<HostAndPort> nodes,
            JobToken job,
            Duration lostAfter,
            Optional<Path> givenDriver,
            Listener listener) {
        this.nodes = List.copyOf(nodes);
        this.job = job;
        this.lostAfterNs = lostAfter.toNanos();
        this.givenDriver = givenDriver;
        this.listener = listener;
        turnNs = System.nanoTime();
        upNs = turnNs;
    }

    /** Does what is due. Returns how much it did. */
    int turn(long nowNs) {
        boolean stalled = nowNs - turnNs > lostAfterNs;
        turnNs = nowNs;
        if (hopeless) {
            return 0;
        }
        try {
            if (aeron == null) {
                open();
            }
            int work = aeron.conductorAgentInvoker().invoke();
            if (cluster != null) {
                work += cluster.pollEgress();
                if (cluster != null && cluster.isClosed()) {
                    dropSession();
                }
            }
            if (stalled && cluster != null) {
                listener.onConnected(); // this process was frozen: is the session still one?
            }
            return work + (up() ? keepAlive(nowNs) : connect(nowNs));
        } catch (JftException e) {
            giveUp(e);
        } catch (AeronException | IllegalStateException e) {
            trouble = Optional.of(e.toString());
            reset(); // of a driver that was frozen or is gone, nothing can be used any more
        }
        return 1;
    }

    /** Returns whether there is a session, and a node that takes what is sent. */
    boolean up() {
        return cluster != null && cluster.ingressPublication().isConnected();
    }

    /** Returns when it was last {@link #up}, or else when this was made. From any thread. */
    long upNs() {
        return upNs;
    }

    /** Returns what is in the way of connecting, if this side knows. From any thread. */
    Optional<String> trouble() {
        return trouble;
    }

    /** Sends a request under this session. Returns false when that has to wait. */
    boolean send(MembershipRequest request) {
        if (!up()) {
            return false;
        }
        boolean resumes = heardUnder != cluster.clusterSessionId();
        MembershipRequest known = request.resuming(resumes ? heardUnder : MembershipRequest.NONE);
        known.encode(buffer, 0);
        return cluster.offer(buffer, 0, known.encodedLength()) > 0;
    }

    /** Nobody answers: gives the session up, without ending it, and opens another. */
    void doubt() {
        if (cluster != null) {
            dropSession();
        }
    }

    private void open() {
        if (givenDriver.isEmpty()) {
            driver = MediaDriverHost.startForControl(problem -> {});
        }
        Path directory = givenDriver.orElseGet(() -> driver.directory());
        aeron =
                Aeron.connect(
                        new Aeron.Context()
                                .aeronDirectoryName(directory.toString())
                                .useConductorAgentInvoker(true)
                                .clientLock(NoOpLock.INSTANCE)
                                .errorHandler(problem -> {}));
    }

    private int keepAlive(long nowNs) {
        upNs = nowNs;
        if (nowNs - keptAliveNs < lostAfterNs / KEEP_ALIVES_PER_TIMEOUT) {
            return 0;
        }
        if (cluster.sendKeepAlive()) {
            keptAliveNs = nowNs;
        }
        return 1;
    }

    private int connect(long nowNs) {
        if (cluster != null && nowNs - upNs < WAIT_FOR_LEADER_NS) {
            return 0; // a new leader knows the session, and says so
        }
        try {
            if (connecting == null) {
                connecting = AeronCluster.asyncConnect(context());
            }
            AeronCluster connected = connecting.poll();
            if (connected == null) {
                return 0;
            }
            connecting = null;
            if (cluster != null) {
                dropSession();
            }
            cluster = connected;
            trouble = Optional.empty();
            if (heardUnder == MembershipRequest.NONE) {
                heardUnder = connected.clusterSessionId();
            }
            listener.onConnected();
            return 1;
        } catch (AuthenticationException e) {
            throw new JftException(
                    Category.ABORT_RANK,
                    "the coordinator at %s refused this worker: another job, or another JFT_JOB_SECRET"
                            .formatted(names()),
                    e);
        } catch (TimeoutException | ClusterException | RegistrationException e) {
            CloseHelper.quietClose(connecting);
            connecting = null;
            return 1;
        }
    }

    private AeronCluster.Context context() {
        return new AeronCluster.Context()
                .aeron(aeron)
                .ownsAeronClient(false)
                .ingressChannel("aeron:udp?term-length=64k")
                .ingressEndpoints(
                        IntStream.range(0, nodes.size())
                                .mapToObj(node -> node + "=" + nodes.get(node))
                                .collect(Collectors.joining(",")))
                .egressChannel(
                        "aeron:udp?endpoint="
                                + HostAndPort.fromParts(localAddress().getHostAddress(), 0))
                .messageTimeoutNs(CONNECT.toNanos())
                .newLeaderTimeoutNs(NEW_LEADER.toNanos())
                .credentialsSupplier(new Handshake.Member(job))
                .errorHandler(problem -> {})
                .egressListener(new Egress());
    }

    /** Returns the address of this host that the nodes can reach; sends nothing. */
    private InetAddress localAddress() {
        for (HostAndPort node : nodes) {
            InetSocketAddress address = new InetSocketAddress(node.getHost(), node.getPort());
            if (!address.isUnresolved()) {
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.connect(address);
                    return socket.getLocalAddress();
                } catch (IOException ignored) {
                    // No way there; perhaps to another.
                }
            }
        }
        trouble = Optional.of("no address is known for these names");
        throw new TimeoutException("unknown: " + names());
    }

    String names() {
        return nodes.stream().map(HostAndPort::toString).collect(Collectors.joining(", "));
    }

    private void dropSession() {
        cluster.ingressPublication().close(); // or closing would end the session
        CloseHelper.quietClose(cluster);
        cluster = null;
    }

    private void reset() {
        CloseHelper.quietCloseAll(connecting, aeron, driver);
        connecting = null;
        cluster = null;
        aeron = null;
        driver = null;
    }

    private void giveUp(JftException why) {
        hopeless = true;
        reset();
        listener.onHopeless(why);
    }

    /** Ends the session, so that the coordinator knows at once. */
    @Override
    public void close() {
        CloseHelper.quietClose(cluster);
        cluster = null;
        reset();
    }

    private final class Egress implements EgressListener {
        @Override
        public void onMessage(
                long sessionId,
                long timestamp,
                DirectBuffer message,
                int offset,
                int length,
                Header header) {
            heardUnder = sessionId;
            listener.onNotice(MembershipNotice.decode(message, offset));
        }

        @Override
        public void onNewLeader(
                long sessionId, long term, int leaderMemberId, String ingressEndpoints) {
            listener.onConnected();
        }
    }
}
