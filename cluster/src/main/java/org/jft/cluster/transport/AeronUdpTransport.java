package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import io.aeron.AeronCounters;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.exceptions.AeronException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Joins processes of several hosts: reliable unicast streams over UDP. Each worker runs a media
 * driver of its own, on one thread that sleeps when there is nothing to do and, while it waits, on
 * the owner's; it receives all its streams on one port. Frames are written into and read out of the
 * driver's memory; the driver copies between that and its sockets.
 */
public final class AeronUdpTransport extends AeronTransport {
    /** A subscription that keeps the port while those of peers come and go. */
    private static final int PORT_HOLDER_STREAM = 0;

    private static final int PORT_TRIES = 8;
    private static final long FAREWELL_NS = TimeUnit.SECONDS.toNanos(1);

    private final MediaDriverHost driver;
    private final InetSocketAddress address;
    private final List<Outbound> outbounds = new ArrayList<>();
    private Map<Integer, InetSocketAddress> peers = Map.of();
    private int mtu = UdpSettings.MIN_MTU;
    private boolean closed;

    private AeronUdpTransport(
            int rank,
            JobToken job,
            Client client,
            MediaDriverHost driver,
            InetSocketAddress address) {
        super(rank, job, client);
        this.driver = driver;
        this.address = address;
    }

    /**
     * Starts a driver that listens. Streams can be opened to ranks that {@link #locate} has named.
     *
     * @param rank of this process
     * @param job streams of different jobs are different ones
     * @param local address of this host that the others reach, and a port, or 0 for any
     * @param streams that will be opened, to and from peers
     * @param warnings hears what makes it slow, one sentence each, and the driver's problems
     * @throws JftException when there is no room for its memory, or the port is taken
     */
    public static AeronUdpTransport open(
            int rank,
            JobToken job,
            InetSocketAddress local,
            UdpSettings settings,
            int streams,
            Consumer<String> warnings) {
        UdpSettings granted = limited(rank, settings, warnings);
        MediaDriverHost driver =
                MediaDriverHost.start(
                        granted,
                        streams,
                        error -> warnings.accept("media driver: " + error.getMessage()));
        try {
            Client client = client(rank, driver.directory());
            return new AeronUdpTransport(rank, job, client, driver, listen(rank, client, local));
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }

    /** Returns where this rank receives, for the others to {@link #locate} it. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Says where the others are. To be called once, before streams are opened.
     *
     * @param peers {@link #address()} by rank
     * @param mtu bytes of a full datagram, equal on all ranks because vectors are cut to it
     */
    public void locate(Map<Integer, InetSocketAddress> peers, int mtu) {
        checkArgument(
                UdpSettings.MIN_MTU <= mtu && mtu <= UdpSettings.MAX_MTU && mtu % 32 == 0,
                "mtu must be a multiple of 32 in %s..%s: mtu=%s",
                UdpSettings.MIN_MTU,
                UdpSettings.MAX_MTU,
                mtu);
        this.peers = Map.copyOf(peers);
        this.mtu = mtu;
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        Outbound outbound = super.outbound(peer, lane);
        outbounds.add(outbound);
        return outbound;
    }

    @Override
    String outboundChannel(int peer, Lane lane) {
        checkArgument(peers.containsKey(peer), "where rank %s is was not said", peer);
        ChannelUriStringBuilder channel = channel(peers.get(peer));
        return lane == Lane.BULK
                ? channel.mtu(mtu).build()
                : channel.mtu(UdpSettings.MIN_MTU).termLength(64 * 1024).build();
    }

    @Override
    String inboundChannel(Lane lane) {
        return channel(address).build();
    }

    @Override
    boolean helpDriver() {
        return driver.help();
    }

    /** Stays up to a second while peers take what was sent to them. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            farewell();
        } finally {
            super.close();
            driver.close();
        }
    }

    private void farewell() {
        boolean heard = false;
        for (Outbound outbound : outbounds) {
            try {
                heard |= outbound.connected();
                outbound.close();
            } catch (RuntimeException ignored) {
                return; // the driver is gone: nobody is left to send
            }
        }
        long startNs = System.nanoTime();
        while (heard && sending() && System.nanoTime() - startNs < FAREWELL_NS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** The driver keeps a closed stream's counters until its receiver has had everything. */
    private boolean sending() {
        AtomicBoolean found = new AtomicBoolean();
        aeron().countersReader()
                .forEach(
                        (counter, type, key, label) -> {
                            if (type == AeronCounters.DRIVER_SENDER_POSITION_TYPE_ID) {
                                found.set(true);
                            }
                        });
        return found.get();
    }

    private static InetSocketAddress listen(int rank, Client client, InetSocketAddress local) {
        AeronException last = null;
        for (int attempt = 0; attempt < PORT_TRIES; attempt++) {
            InetSocketAddress address =
                    local.getPort() == 0
                            ? new InetSocketAddress(
                                    local.getAddress(), freePort(local.getAddress()))
                            : local;
            try {
                client.aeron().addSubscription(channel(address).build(), PORT_HOLDER_STREAM);
                return address;
            } catch (AeronException e) {
                last = e; // someone was quicker
            }
        }
        client.aeron().close();
        throw new JftException(
                Category.ABORT_RUN,
                "rank %d cannot receive over UDP at %s: %s"
                        .formatted(rank, TcpTransport.name(local), last.getMessage()),
                last);
    }

    private static int freePort(InetAddress address) {
        try (DatagramSocket socket = new DatagramSocket(0, address)) {
            return socket.getLocalPort();
        } catch (SocketException e) {
            throw new UncheckedIOException("no UDP port on " + address.getHostAddress(), e);
        }
    }

    private static UdpSettings limited(int rank, UdpSettings settings, Consumer<String> warnings) {
        int granted;
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, settings.socketBuffer());
            channel.setOption(StandardSocketOptions.SO_SNDBUF, settings.socketBuffer());
            granted =
                    Math.min(
                            channel.getOption(StandardSocketOptions.SO_RCVBUF),
                            channel.getOption(StandardSocketOptions.SO_SNDBUF));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (granted >= settings.socketBuffer()) {
            return settings;
        }
        warnings.accept(
                "rank %d: this host limits UDP socket buffers to %d KB, which slows large messages; set net.core.rmem_max and net.core.wmem_max to %d"
                        .formatted(rank, granted >> 10, settings.socketBuffer()));
        return settings.limitedTo(granted);
    }

    private static ChannelUriStringBuilder channel(InetSocketAddress endpoint) {
        String host = endpoint.getAddress().getHostAddress();
        return new ChannelUriStringBuilder()
                .media(CommonContext.UDP_MEDIA)
                .endpoint(
                        (host.contains(":") ? "[%s]:%d" : "%s:%d")
                                .formatted(host, endpoint.getPort()));
    }
}
