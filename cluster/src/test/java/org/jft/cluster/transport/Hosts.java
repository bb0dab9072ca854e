package org.jft.cluster.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jft.cluster.protocol.JobToken;

/** Transports between hosts, all of them this one; ranks know each other's addresses. */
public final class Hosts {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    /** Terms of 1 MB: full nearly all the time. */
    private static final UdpSettings UDP =
            new UdpSettings(1 << 20, 256 << 10, 512 << 10, Duration.ofSeconds(2));

    private static final int STREAMS = 8;

    private final ConcurrentMap<Integer, InetSocketAddress> tcp = new ConcurrentHashMap<>();
    private final Map<Integer, InetSocketAddress> udp = new ConcurrentHashMap<>();

    /** Prepares a network of that many ranks. */
    public Hosts(int worldSize) {
        List<DatagramSocket> held = new ArrayList<>();
        try {
            for (int rank = 0; rank < worldSize; rank++) {
                DatagramSocket socket = new DatagramSocket(0, HERE);
                held.add(socket);
                udp.put(rank, new InetSocketAddress(HERE, socket.getLocalPort()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            held.forEach(DatagramSocket::close);
        }
    }

    public Transport tcp(int rank, JobToken job) {
        return tcp(rank, job, 1);
    }

    public Transport tcp(int rank, JobToken job, int streams) {
        TcpTransport transport =
                TcpTransport.listen(rank, job, new InetSocketAddress(HERE, 0), tcp);
        tcp.put(rank, transport.address());
        return transport.striped(streams);
    }

    public Transport udp(int rank, JobToken job) {
        AeronUdpTransport transport =
                AeronUdpTransport.open(rank, job, udp.get(rank), UDP, STREAMS, System.err::println);
        transport.locate(udp, 8 * 1024);
        return transport;
    }
}
