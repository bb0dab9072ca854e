package org.jft.cluster.transport;

import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jft.cluster.transport.TcpHandshake.Route;

/**
 * A stream from one peer: a connection, usually one. A second process that takes itself for the
 * same rank adds another; its frames are handed over too, so that it is named.
 */
final class TcpInbound implements Inbound {
    private final Route route;
    private final TcpDoor door;
    private final List<TcpReceiver> receivers = new ArrayList<>(1);
    private boolean closed;

    TcpInbound(Route route, TcpDoor door) {
        this.route = route;
        this.door = door;
        door.receive(route);
    }

    @Override
    public int peer() {
        return route.from();
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        admit();
        int frames = 0;
        for (int i = 0; i < receivers.size() && frames < limit; i++) {
            frames += receivers.get(i).poll(handler, limit - frames);
        }
        return frames;
    }

    @Override
    public boolean connected() {
        admit();
        boolean connected = false;
        for (TcpReceiver receiver : receivers) {
            connected |= receiver.connected();
        }
        return connected;
    }

    @Override
    public void close() {
        closed = true;
        receivers.forEach(TcpReceiver::close);
    }

    private void admit() {
        SocketChannel channel = closed ? null : door.next(route);
        if (channel != null) {
            receivers.add(new TcpReceiver(route, channel));
        }
    }
}
