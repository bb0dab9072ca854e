package org.jft.cluster.transport;

import java.util.HashMap;
import java.util.Map;

/**
 * A transport of which several may open the same streams, one after the other or together, if all
 * ranks use them in the same order. Owns what it shares.
 */
public final class SharedStreams implements Transport {
    private record Key(int peer, Lane lane) {}

    private final Transport transport;
    private final Map<Key, Outbound> outbounds = new HashMap<>();
    private final Map<Key, Inbound> inbounds = new HashMap<>();

    public SharedStreams(Transport transport) {
        this.transport = transport;
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        return outbounds.computeIfAbsent(
                new Key(peer, lane), key -> transport.outbound(peer, lane));
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        return inbounds.computeIfAbsent(new Key(peer, lane), key -> transport.inbound(peer, lane));
    }

    @Override
    public void close() {
        transport.close();
    }
}
