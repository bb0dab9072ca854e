package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Joins threads of one process with the same contract as Aeron joins processes. The streams are
 * single-producer single-consumer rings, so a small capacity shows back-pressure early.
 * Thread-safe; each {@link Transport} it hands out is its owner thread's.
 */
public final class InMemoryNetwork {
    private record Route(int from, int to, Lane lane) {}

    private final Map<Route, InMemoryStream> streams = new ConcurrentHashMap<>();
    private final int capacity;

    /**
     * Makes an empty network.
     *
     * @param capacity bytes a stream holds, a power of two; a frame may take an eighth of it
     */
    public InMemoryNetwork(int capacity) {
        checkArgument(
                Integer.bitCount(capacity) == 1 && capacity >= 16 * Lane.CONTROL_FRAME_LENGTH,
                "capacity must be a power of two of at least 16 KB: capacity=%s",
                capacity);
        this.capacity = capacity;
    }

    /** Returns a rank's door; open as many as there are ranks, one each. */
    public Transport transport(int rank) {
        return new Door(rank);
    }

    private InMemoryStream stream(int from, int to, Lane lane) {
        return streams.computeIfAbsent(
                new Route(from, to, lane), route -> new InMemoryStream(from, to, capacity));
    }

    private final class Door implements Transport {
        private final int rank;

        Door(int rank) {
            this.rank = rank;
        }

        @Override
        public Outbound outbound(int peer, Lane lane) {
            return stream(rank, peer, lane).openSender();
        }

        @Override
        public Inbound inbound(int peer, Lane lane) {
            return stream(peer, rank, lane).openReceiver();
        }

        @Override
        public void close() {
            streams.forEach(
                    (route, stream) -> {
                        if (route.from() == rank) {
                            stream.closeSender();
                        }
                        if (route.to() == rank) {
                            stream.closeReceiver();
                        }
                    });
        }
    }
}
