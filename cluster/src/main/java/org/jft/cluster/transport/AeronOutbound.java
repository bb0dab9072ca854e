package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;

/** A stream to one peer: an exclusive publication, claimed and committed frame by frame. */
final class AeronOutbound implements Outbound {
    private final AeronTransport transport;
    private final int peer;
    private final ExclusivePublication publication;
    private final BufferClaim claim = new BufferClaim();
    private boolean closed;

    AeronOutbound(AeronTransport transport, int peer, ExclusivePublication publication) {
        this.transport = transport;
        this.peer = peer;
        this.publication = publication;
    }

    @Override
    public int peer() {
        return peer;
    }

    /** Returns a number that no other stream of the driver has. */
    long registrationId() {
        return publication.registrationId();
    }

    @Override
    public int maxFrameLength() {
        return publication.maxPayloadLength();
    }

    @Override
    public boolean offer(int length, FrameWriter writer) {
        checkArgument(length <= maxFrameLength(), "frame too long: length=%s", length);
        long position = publication.tryClaim(length, claim);
        if (position == Publication.ADMIN_ACTION) {
            position = publication.tryClaim(length, claim); // a term was rotated: room is there
        }
        if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
            throw transport.lost();
        }
        if (position < 0) {
            transport.helpDriver();
            return false;
        }
        try {
            writer.write(claim.buffer(), claim.offset());
        } catch (RuntimeException e) {
            claim.abort();
            throw e;
        }
        claim.commit();
        return true;
    }

    @Override
    public boolean connected() {
        if (!closed && publication.isClosed()) {
            throw transport.lost();
        }
        return publication.isConnected();
    }

    /** As {@link #connected}, also without a driver: then nobody is. */
    boolean hasReceiver() {
        return publication.isConnected();
    }

    @Override
    public void close() {
        closed = true;
        publication.close();
    }
}
