package org.jft.cluster.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Joins processes of several hosts over plain TCP: one connection a stream, opened by its sender.
 * The kernel sizes the socket buffers, which beats any fixed size. On a connection both ends first
 * prove that they are of the same job ({@link TcpHandshake}); then frames follow, each
 *
 * <pre>
 *   0              4                    4 + length, rounded up to a multiple of 4
 *  +--------------+------------------+-----+
 *  | length i32   | frame            | pad |
 *  +--------------+------------------+-----+
 * </pre>
 *
 * Whoever connects also says where it listens, so a rank can answer one it only hears from: with
 * the address of rank 0 alone all can meet. Adds one thread to the process, which accepts
 * connections.
 */
public final class TcpTransport implements Transport {
    /** Each takes a system call and may wake the other side, so few and large ones. */
    private static final int BULK_FRAME_LENGTH = (512 << 10) - Integer.BYTES;

    private static final int FRAMES_BUFFERED = 2;

    private final int rank;
    private final JobToken job;
    private final TcpDoor door;
    private final ConcurrentMap<Integer, InetSocketAddress> peers;
    private final List<TcpOutbound> outbounds = new ArrayList<>();
    private final List<TcpInbound> inbounds = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean(); // by one of its connections

    private TcpTransport(
            int rank, JobToken job, TcpDoor door, ConcurrentMap<Integer, InetSocketAddress> peers) {
        this.rank = rank;
        this.job = job;
        this.door = door;
        this.peers = peers;
    }

    /**
     * Listens for peers.
     *
     * @param rank of this process
     * @param local address of this host that the others reach, and a port, or 0 for any
     * @param peers where others listen, as far as known; others that come are added. Shared: what
     *     its owner adds later counts too
     * @throws JftException when it cannot listen there
     */
    public static TcpTransport listen(
            int rank,
            JobToken job,
            InetSocketAddress local,
            ConcurrentMap<Integer, InetSocketAddress> peers) {
        return listen(rank, job, bind("rank " + rank, local), peers);
    }

    /**
     * Listens at a port that was bound before this process knew its rank. Who has called there
     * since then is answered now.
     *
     * @param bound owned by the transport from here on
     */
    public static TcpTransport listen(
            int rank,
            JobToken job,
            ServerSocketChannel bound,
            ConcurrentMap<Integer, InetSocketAddress> peers) {
        try {
            return new TcpTransport(rank, job, TcpDoor.open(rank, job, bound, peers), peers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Takes a port.
     *
     * @param who this process is, for a failure's sentence
     * @throws JftException when it cannot be had
     */
    public static ServerSocketChannel bind(String who, InetSocketAddress local) {
        try {
            return TcpDoor.bind(local);
        } catch (BindException e) {
            throw cannotListen(who, local, reason(e.getMessage()), e);
        } catch (IOException e) {
            throw cannotListen(who, local, e.getMessage(), e);
        }
    }

    private static JftException cannotListen(
            String who, InetSocketAddress local, String reason, IOException cause) {
        return new JftException(
                Category.ABORT_RUN,
                "%s cannot listen at %s: %s".formatted(who, name(local), reason),
                cause);
    }

    /** Returns where this rank listens. */
    public InetSocketAddress address() {
        return door.address();
    }

    /**
     * Returns a transport with several connections for each stream of gradients, see {@link
     * StripedTransport}. It owns this one.
     */
    public Transport striped(int streams) {
        List<Transport> parts =
                IntStream.range(0, streams).<Transport>mapToObj(Connections::new).toList();
        return StripedTransport.over(parts);
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        return outbound(peer, lane, 0);
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        return inbound(peer, lane, 0);
    }

    private Outbound outbound(int peer, Lane lane, int stream) {
        TcpHandshake.Route route = new TcpHandshake.Route(rank, peer, lane, stream);
        TcpOutbound outbound =
                new TcpOutbound(route, job, door.address().getPort(), () -> peers.get(peer));
        outbounds.add(outbound);
        return outbound;
    }

    private Inbound inbound(int peer, Lane lane, int stream) {
        TcpHandshake.Route route = new TcpHandshake.Route(peer, rank, lane, stream);
        TcpInbound inbound = new TcpInbound(route, door);
        inbounds.add(inbound);
        return inbound;
    }

    /** Stays up to a second while peers take what was sent to them. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            TcpOutbound.close(outbounds);
            inbounds.forEach(TcpInbound::close);
            door.close();
        }
    }

    /** One connection for each stream: those that have the same number. */
    private final class Connections implements Transport {
        private final int stream;

        private Connections(int stream) {
            this.stream = stream;
        }

        @Override
        public Outbound outbound(int peer, Lane lane) {
            return TcpTransport.this.outbound(peer, lane, stream);
        }

        @Override
        public Inbound inbound(int peer, Lane lane) {
            return TcpTransport.this.inbound(peer, lane, stream);
        }

        @Override
        public void close() {
            TcpTransport.this.close();
        }
    }

    /** Returns the longest frame of a lane. */
    static int maxFrameLength(Lane lane) {
        return lane == Lane.BULK ? BULK_FRAME_LENGTH : Lane.CONTROL_FRAME_LENGTH;
    }

    /** Returns the bytes of a buffer for a few frames of a lane, with their lengths. */
    static int bufferLength(Lane lane) {
        return FRAMES_BUFFERED * recordLength(maxFrameLength(lane));
    }

    /** Returns the bytes that a frame takes with its length and padding. */
    static int recordLength(int frameLength) {
        return Integer.BYTES + (frameLength + Integer.BYTES - 1 & -Integer.BYTES);
    }

    /** Returns an address as people write it. */
    static String name(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    private static String reason(String message) {
        if (message.contains("assign")) {
            return "that is not an address of this host";
        }
        return message.contains("in use") ? "another process has that port" : message;
    }
}
