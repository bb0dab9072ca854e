package org.jft.cluster.transport;

import java.util.List;
import org.agrona.DirectBuffer;

/** Takes frames from several streams in the turns in which {@link StripedOutbound} sends them. */
final class StripedInbound implements Inbound {
    private final List<Inbound> streams;
    private final boolean[] came;
    private final FrameHandler inTurn = this::onFrame;
    private FrameHandler handler;
    private int next;

    StripedInbound(List<Inbound> streams) {
        this.streams = streams;
        came = new boolean[streams.size()];
    }

    @Override
    public int peer() {
        return streams.get(0).peer();
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        this.handler = handler;
        int frames = 0;
        while (frames < limit && streams.get(next).poll(inTurn, 1) > 0) {
            frames++;
        }
        return frames;
    }

    private void onFrame(DirectBuffer buffer, int offset, int length) {
        came[next] = true;
        next = (next + 1) % streams.size(); // also if the handler throws: it had the frame
        handler.onFrame(buffer, offset, length);
    }

    /** What the stream whose turn it is does not bring holds up all; unless it is yet to come. */
    @Override
    public boolean connected() {
        boolean any = false;
        for (int i = 0; i < streams.size(); i++) {
            boolean connected = streams.get(i).connected();
            came[i] |= connected;
            any |= connected;
        }
        return came[next] ? streams.get(next).connected() : any;
    }

    @Override
    public void close() {
        streams.forEach(Inbound::close);
    }
}
