package org.jft.cluster.transport;

/**
 * One rank's door to the others: opens one-way streams to and from named peers. A stream from a to
 * b exists when a opened its {@link Outbound} to b and b its {@link Inbound} from a, in either
 * order; frames arrive whole, once and in order. An algorithm opens the streams it needs: a ring
 * two, a tree or halving-doubling more.
 *
 * <p>Not thread-safe: the owner thread opens, polls and sends. Owns its streams: closing it closes
 * them.
 */
public interface Transport extends AutoCloseable {
    /** Opens the sending end of the stream to a peer. At most once per peer and lane. */
    Outbound outbound(int peer, Lane lane);

    /** Opens the receiving end of the stream from a peer. At most once per peer and lane. */
    Inbound inbound(int peer, Lane lane);

    /**
     * Idempotent. Frames already sent can still be received by peers that are receiving; throws
     * nothing checked.
     */
    @Override
    void close();
}
