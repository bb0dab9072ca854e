package org.jft.cluster.transport;

import com.google.common.base.Throwables;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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

    /**
     * Closes several at the same time, since each may wait for peers that are gone; each though
     * another throws, which then is thrown.
     */
    static void closeAll(List<? extends Transport> transports) {
        List<CompletableFuture<Void>> closings =
                transports.stream()
                        .map(
                                each ->
                                        CompletableFuture.runAsync(
                                                each::close, Transport::closeInThread))
                        .toList();
        try {
            // It ends when all have, also where one throws.
            CompletableFuture.allOf(closings.toArray(CompletableFuture<?>[]::new)).join();
        } catch (CompletionException e) {
            Throwables.throwIfUnchecked(e.getCause());
            throw e;
        }
    }

    private static void closeInThread(Runnable closing) {
        Thread thread = new Thread(closing, "closing-transport");
        thread.setDaemon(true);
        thread.start();
    }
}
