package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** A one-way stream in memory. One thread at each end. */
final class InMemoryStream {
    private static final int FRAME = 1;

    private enum End {
        AWAITED,
        OPEN,
        CLOSED
    }

    private final int from;
    private final int to;
    private final OneToOneRingBuffer ring;
    private volatile End sender = End.AWAITED;
    private volatile End receiver = End.AWAITED;

    InMemoryStream(int from, int to, int capacity) {
        this.from = from;
        this.to = to;
        ring =
                new OneToOneRingBuffer(
                        new UnsafeBuffer(
                                ByteBuffer.allocateDirect(
                                        capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    Outbound openSender() {
        sender = End.OPEN;
        return new Sender();
    }

    Inbound openReceiver() {
        receiver = End.OPEN;
        return new Receiver();
    }

    void closeSender() {
        sender = End.CLOSED;
    }

    void closeReceiver() {
        receiver = End.CLOSED;
    }

    private final class Sender implements Outbound {
        @Override
        public int peer() {
            return to;
        }

        @Override
        public int maxFrameLength() {
            return ring.maxMsgLength() & -Long.BYTES;
        }

        @Override
        public boolean offer(int length, FrameWriter writer) {
            checkArgument(length <= maxFrameLength(), "frame too long: length=%s", length);
            int index = connected() ? ring.tryClaim(FRAME, length) : 0;
            if (index <= 0) {
                return false;
            }
            try {
                writer.write(ring.buffer(), index);
            } catch (RuntimeException e) {
                ring.abort(index);
                throw e;
            }
            ring.commit(index);
            return true;
        }

        @Override
        public boolean connected() {
            return sender == End.OPEN && receiver == End.OPEN;
        }

        @Override
        public void close() {
            closeSender();
        }
    }

    private final class Receiver implements Inbound {
        @Override
        public int peer() {
            return from;
        }

        @Override
        public int poll(FrameHandler handler, int limit) {
            return receiver != End.OPEN
                    ? 0
                    : ring.read(
                            (type, buffer, index, length) -> handler.onFrame(buffer, index, length),
                            limit);
        }

        @Override
        public boolean connected() {
            // The sender closes after its last frame, so look at its state before at the ring.
            boolean sending = sender == End.OPEN;
            return receiver == End.OPEN && (sending || ring.size() > 0);
        }

        @Override
        public void close() {
            closeReceiver();
        }
    }
}
