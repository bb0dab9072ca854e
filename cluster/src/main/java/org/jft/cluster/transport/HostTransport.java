package org.jft.cluster.transport;

import java.util.List;
import java.util.function.IntPredicate;

/** Streams to ranks of the same host over one transport, to all others over another. Owns both. */
public final class HostTransport implements Transport {
    private final IntPredicate sameHost; // of a rank
    private final Transport inside;
    private final Transport between;

    /**
     * Joins two transports of one rank.
     *
     * @param sameHost whether a rank is on this one's host; both ends of a stream agree
     */
    public HostTransport(IntPredicate sameHost, Transport inside, Transport between) {
        this.sameHost = sameHost;
        this.inside = inside;
        this.between = between;
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        return to(peer).outbound(peer, lane);
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        return to(peer).inbound(peer, lane);
    }

    private Transport to(int peer) {
        return sameHost.test(peer) ? inside : between;
    }

    @Override
    public void close() {
        Transport.closeAll(List.of(inside, between));
    }
}
