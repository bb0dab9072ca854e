package org.jft.cluster.transport;

import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

/**
 * A stream from one peer: a subscription, usually with one image. A second process that takes
 * itself for the same rank adds another; its frames are handed over too.
 */
final class AeronInbound implements Inbound {
    /** Of the driver's work while no frame is there; then the owner may have something to send. */
    private static final int TURNS = 16;

    private final AeronTransport transport;
    private final int peer;
    private final Subscription subscription;
    private final ControlledFragmentHandler adapter = this::onFragment;
    private FrameHandler handler;
    private RuntimeException thrown;
    private boolean closed;

    AeronInbound(AeronTransport transport, int peer, Subscription subscription) {
        this.transport = transport;
        this.peer = peer;
        this.subscription = subscription;
    }

    @Override
    public int peer() {
        return peer;
    }

    /** Returns the numbers of the streams that are here, see {@link AeronOutbound}. */
    long[] registrationIds() {
        return subscription.images().stream().mapToLong(Image::correlationId).toArray();
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        this.handler = handler;
        int frames = subscription.controlledPoll(adapter, limit);
        for (int turn = 0; turn < TURNS && frames == 0 && transport.helpDriver(); turn++) {
            frames = subscription.controlledPoll(adapter, limit);
        }
        if (thrown != null) {
            RuntimeException rethrown = thrown;
            thrown = null;
            throw rethrown;
        }
        return frames;
    }

    /** Aeron hands what a handler throws to its error handler; here it stops the poll instead. */
    private ControlledFragmentHandler.Action onFragment(
            DirectBuffer buffer, int offset, int length, Header header) {
        try {
            handler.onFrame(buffer, offset, length);
            return ControlledFragmentHandler.Action.CONTINUE;
        } catch (RuntimeException e) {
            thrown = e;
            return ControlledFragmentHandler.Action.BREAK;
        }
    }

    @Override
    public boolean connected() {
        if (!closed && subscription.isClosed()) {
            throw transport.lost();
        }
        for (Image image : subscription.images()) {
            if (!image.isClosed() && !image.isEndOfStream()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
    }
}
