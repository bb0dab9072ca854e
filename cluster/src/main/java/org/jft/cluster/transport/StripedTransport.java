package org.jft.cluster.transport;

import java.util.List;
import java.util.function.Function;

/**
 * Several streams in place of each that carries gradients. Frames go over them in turns, and are
 * taken from them in the same turns, so they arrive in the order in which they were sent: nothing
 * above knows how many streams there are, and sums have the same bits with any number. For networks
 * that are faster than one stream, be it for the core that moves its bytes or for what the network
 * gives a connection. Owns its parts.
 */
public final class StripedTransport implements Transport {
    private final List<Transport> parts;

    private StripedTransport(List<? extends Transport> parts) {
        this.parts = List.copyOf(parts);
    }

    /** Returns a transport that has a stream of each part where those have one. */
    public static Transport over(List<? extends Transport> parts) {
        return parts.size() == 1 ? parts.get(0) : new StripedTransport(parts);
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        return lane == Lane.CONTROL
                ? parts.get(0).outbound(peer, lane)
                : new StripedOutbound(streams(part -> part.outbound(peer, lane)));
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        return lane == Lane.CONTROL
                ? parts.get(0).inbound(peer, lane)
                : new StripedInbound(streams(part -> part.inbound(peer, lane)));
    }

    private <T> List<T> streams(Function<Transport, T> open) {
        return parts.stream().map(open).toList();
    }

    @Override
    public void close() {
        Transport.closeAll(parts);
    }
}
