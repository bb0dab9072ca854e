package org.jft.cluster.transport;

import java.util.Optional;

/**
 * Counts the bytes of the frames that another transport takes, headers included. One owner thread;
 * owns the other.
 */
public final class CountingTransport implements Transport {
    private final Transport transport;
    private long sent;

    /** Counts from zero. */
    public CountingTransport(Transport transport) {
        this.transport = transport;
    }

    /** Returns the bytes sent so far to all peers. */
    public long sentBytes() {
        return sent;
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        return new Counting(transport.outbound(peer, lane));
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        return transport.inbound(peer, lane);
    }

    @Override
    public void close() {
        transport.close();
    }

    private final class Counting implements Outbound {
        private final Outbound outbound;

        private Counting(Outbound outbound) {
            this.outbound = outbound;
        }

        @Override
        public int peer() {
            return outbound.peer();
        }

        @Override
        public int maxFrameLength() {
            return outbound.maxFrameLength();
        }

        @Override
        public boolean offer(int length, FrameWriter writer) {
            boolean taken = outbound.offer(length, writer);
            sent += taken ? length : 0;
            return taken;
        }

        @Override
        public boolean flush() {
            return outbound.flush();
        }

        @Override
        public boolean connected() {
            return outbound.connected();
        }

        @Override
        public Optional<String> trouble() {
            return outbound.trouble();
        }

        @Override
        public void close() {
            outbound.close();
        }
    }
}
