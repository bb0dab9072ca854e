package org.jft.cluster.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import org.agrona.concurrent.UnsafeBuffer;
import org.jft.cluster.transport.TcpHandshake.Route;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Reads frames off one connection. They are handed over where the kernel has put them; only the
 * beginning of a frame at the very end of the buffer is moved. What a sender that went away has
 * left unfinished is dropped.
 */
final class TcpReceiver implements AutoCloseable {
    private static final int NOT_YET = -1;

    private final Route route;
    private final SocketChannel channel;
    private final int maxFrameLength;
    private final ByteBuffer bytes;
    private final UnsafeBuffer frames; // the same memory
    private int head; // first byte that was not handed over; a multiple of 4
    private int tail; // end of what was read
    private boolean ended;

    TcpReceiver(Route route, SocketChannel channel) {
        this.route = route;
        this.channel = channel;
        maxFrameLength = TcpTransport.maxFrameLength(route.lane());
        bytes =
                ByteBuffer.allocateDirect(TcpTransport.bufferLength(route.lane()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        frames = new UnsafeBuffer(bytes);
    }

    int poll(FrameHandler handler, int limit) {
        int count = 0;
        while (count < limit) {
            int length = nextLength();
            if (length == NOT_YET) {
                if (!read()) {
                    break;
                }
                continue;
            }
            int offset = head + Integer.BYTES;
            head += TcpTransport.recordLength(length);
            count++;
            handler.onFrame(frames, offset, length);
        }
        return count;
    }

    boolean connected() {
        if (nextLength() == NOT_YET) {
            read();
        }
        return !ended || nextLength() != NOT_YET;
    }

    @Override
    public void close() {
        ended = true;
        head = tail;
        TcpDoor.closeQuietly(channel);
    }

    /** Returns the length of the frame that is next, if it is all there. */
    private int nextLength() {
        if (tail - head < Integer.BYTES) {
            return NOT_YET;
        }
        int length = bytes.getInt(head);
        if (length < 0 || length > maxFrameLength) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "rank %d: the stream from rank %d is damaged, it announces a frame of %d bytes"
                            .formatted(route.to(), route.from(), length));
        }
        return tail - head >= TcpTransport.recordLength(length) ? length : NOT_YET;
    }

    /** Reads what is there; returns whether anything was. */
    private boolean read() {
        if (ended) {
            return false;
        }
        if (head == tail) {
            head = 0;
            tail = 0;
        } else if (bytes.capacity() - head < TcpTransport.recordLength(maxFrameLength)) {
            bytes.limit(tail).position(head);
            bytes.compact();
            tail -= head;
            head = 0;
        }
        int count;
        try {
            count = channel.read(bytes.clear().position(tail));
        } catch (IOException e) {
            count = -1; // reset: the peer was killed
        }
        bytes.clear();
        ended = count < 0;
        tail += Math.max(0, count);
        return count > 0;
    }
}
