package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;

/** Sends frames over several streams in turns; {@link StripedInbound} is the other end. */
final class StripedOutbound implements Outbound {
    private final List<Outbound> streams;
    private final int maxFrameLength;
    private boolean complete; // all streams were there
    private int next;

    StripedOutbound(List<Outbound> streams) {
        this.streams = streams;
        maxFrameLength = streams.stream().mapToInt(Outbound::maxFrameLength).min().orElseThrow();
    }

    @Override
    public int peer() {
        return streams.get(0).peer();
    }

    @Override
    public int maxFrameLength() {
        return maxFrameLength;
    }

    /**
     * Waits for the stream whose turn it is, also when others have room, and at first for all of
     * them: once something was sent, a stream that is not there is one that is gone.
     */
    @Override
    public boolean offer(int length, FrameWriter writer) {
        checkArgument(length <= maxFrameLength, "frame too long: length=%s", length);
        complete = complete || connected();
        if (!complete || !streams.get(next).offer(length, writer)) {
            return false;
        }
        next = (next + 1) % streams.size();
        return true;
    }

    @Override
    public boolean flush() {
        boolean flushed = true;
        for (Outbound stream : streams) {
            flushed &= stream.flush();
        }
        return flushed;
    }

    /** Asks all of them: some connect when asked. */
    @Override
    public boolean connected() {
        boolean connected = true;
        for (Outbound stream : streams) {
            connected &= stream.connected();
        }
        return connected;
    }

    @Override
    public Optional<String> trouble() {
        return streams.stream().flatMap(stream -> stream.trouble().stream()).findFirst();
    }

    @Override
    public void close() {
        streams.forEach(Outbound::close);
    }
}
