package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.AbortNotice;
import org.jft.cluster.protocol.FrameDecoder;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameEncoder;
import org.jft.cluster.protocol.FrameKind;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.FrameHandler;
import org.jft.cluster.transport.FrameWriter;
import org.jft.cluster.transport.Inbound;
import org.jft.cluster.transport.Lane;
import org.jft.cluster.transport.Outbound;
import org.jft.cluster.transport.Transport;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;

/**
 * Moves the messages of one operation after the other: receive what is there, send what may be sent
 * and has room, wait a little when neither went. A full stream is no reason to stop receiving, so
 * the ranks cannot lock up; no more is received than the operation has, so a neighbour may be
 * ahead. An operation runs over one link, in a ring or between two; a rank has as many links as its
 * algorithms need.
 *
 * <p>When it fails it tells all it sends to why. Who waits for this rank fails with the same words
 * and tells others: within moments every rank names the same culprit. It does nothing more after
 * that.
 *
 * <p>One owner thread. Allocates nothing per message.
 */
final class MessageEngine {
    private static final int FRAMES_LISTENED_TO = 16; // at a time

    /** How long to try to tell those who are not taking anything. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** How long to listen for better knowledge before blaming on a suspicion. */
    private static final Duration DOUBT = Duration.ofSeconds(2);

    private final Transport transport;
    private final Topology at;
    private final JobToken job;
    private final Generation generation;
    private final Map<Integer, Inbound> inbounds = new TreeMap<>(); // by peer
    private final Map<Integer, Outbound> outbounds = new TreeMap<>();
    private final List<Link> links = new ArrayList<>();
    private final FrameHandler handler = this::onFrame;
    private final FrameHandler listener = this::onLateFrame;
    private final FrameWriter writer = this::writeFrame;
    private final FrameDecoder decoder = new FrameDecoder();
    private final FrameEncoder encoder = new FrameEncoder();

    private Duration timeout;
    private Patience patience;
    private RuntimeException failure;
    private AbortNotice heard;

    private int operations;
    private boolean first; // of the operations that one call of a collective is made of
    private Operation operation;
    private Link link;
    private int sent;
    private int received;

    /**
     * Makes an engine without links.
     *
     * @param at by these ranks peers are called
     */
    MessageEngine(
            Transport transport,
            Topology at,
            JobToken job,
            Generation generation,
            Duration timeout) {
        this.transport = transport;
        this.at = at;
        this.job = job;
        this.generation = generation;
        setTimeout(timeout);
    }

    /** Returns a link that receives from one rank and sends to one; opens its streams. */
    Link link(int from, int to) {
        Link opened =
                new Link(
                        inbounds.computeIfAbsent(from, p -> transport.inbound(p, Lane.BULK)),
                        outbounds.computeIfAbsent(to, p -> transport.outbound(p, Lane.BULK)));
        links.add(opened);
        return opened;
    }

    /** Returns the shortest of the longest frames that its streams carry. */
    int shortestFrame() {
        return outbounds.values().stream().mapToInt(Outbound::maxFrameLength).min().orElseThrow();
    }

    /** Between operations: the longest wait without progress from now on. */
    void setTimeout(Duration longest) {
        timeout = longest;
        patience = new Patience(longest);
    }

    /** A call of a collective begins; it may be made of several operations. */
    void begin() {
        first = true;
    }

    /** Others run operations that this rank has no part in; numbers must stay in step. */
    void skip(int others) {
        operations += others;
    }

    /**
     * Carries one operation out.
     *
     * @throws GenerationEndedException when the members of the job are about to change
     * @throws PeerLostException when a neighbour is gone or silent, or told why it gave up
     * @throws JftException when the ranks do not run the same operations
     */
    void run(Operation next, Link over) {
        checkState(failure == null, "the collective has failed before: %s", failure);
        operation = next;
        link = over;
        sent = 0;
        received = 0;
        patience.reset();
        try {
            while (!done()) {
                if (receive() + send() > 0) {
                    patience.reset();
                } else if (!done()) {
                    await();
                }
            }
        } catch (RuntimeException e) {
            failure = e;
            if (!allAreTold(e)) {
                sayFarewell();
            }
            throw e;
        }
        operations++;
        first = false;
    }

    /** All in, all out, and the transport holds nothing back. */
    private boolean done() {
        return link.out().flush()
                && received == operation.receiveCount()
                && sent == operation.sendCount();
    }

    private int receive() {
        int missing = operation.receivable(sent) - received;
        int before = received;
        if (missing > 0) {
            link.in().poll(handler, Math.min(missing, link.framesPerTurn()));
        }
        return received - before;
    }

    private int send() {
        int before = sent;
        int end = Math.min(operation.sendable(received), sent + link.framesPerTurn());
        while (sent < end
                && link.out()
                        .offer(
                                FrameDescriptor.HEADER_LENGTH + operation.outgoingBytes(sent),
                                writer)) {
            sent++;
            link.sent();
        }
        return sent - before;
    }

    private void writeFrame(MutableDirectBuffer buffer, int offset) {
        encodeHeader(
                buffer,
                offset,
                operation.kind(),
                operation.length(),
                sent,
                operation.outgoingBytes(sent));
        operation.write(sent, buffer, offset + FrameDescriptor.HEADER_LENGTH);
    }

    private void encodeHeader(
            MutableDirectBuffer buffer,
            int offset,
            FrameKind kind,
            int length,
            int message,
            int byteCount) {
        encoder.wrap(buffer, offset)
                .job(job)
                .generation(generation.number())
                .operation(operations)
                .kind(kind)
                .sender(at.rank())
                .length(length)
                .message(message)
                .byteCount(byteCount);
    }

    private void onFrame(DirectBuffer buffer, int offset, int frameLength) {
        decoder.wrap(buffer, offset, frameLength);
        if (!ours()) {
            return; // of a process that should not be there any more
        }
        if (decoder.kind() == FrameKind.ABORT) {
            throw passedOn(AbortNotice.decode(buffer, decoder.payloadOffset()));
        }
        if (decoder.sender() != link.in().peer()
                || decoder.operation() != operations
                || decoder.kind() != operation.kind()
                || decoder.length() != operation.length()
                || decoder.message() != received
                || decoder.byteCount() != operation.incomingBytes(received)) {
            throw strayed();
        }
        operation.read(received, buffer, decoder.payloadOffset());
        link.received();
        received++;
    }

    /** The operation is given up: only why others did counts. */
    private void onLateFrame(DirectBuffer buffer, int offset, int frameLength) {
        decoder.wrap(buffer, offset, frameLength);
        if (ours() && decoder.kind() == FrameKind.ABORT) {
            throw passedOn(AbortNotice.decode(buffer, decoder.payloadOffset()));
        }
    }

    private boolean ours() {
        return decoder.wellFormed()
                && decoder.isOf(job)
                && decoder.generation() == generation.number();
    }

    /** Nothing moved: sleeps a little, and now and then looks whether there is still hope. */
    private void await() {
        generation.requireLasting();
        switch (patience.idle()) {
            case WAIT -> {}
            case LOOK -> lookForPeers();
            case GIVE_UP -> {
                PeerLostException late = timedOut();
                if (!sureWhoIsLate()) {
                    listen();
                }
                throw late;
            }
            default -> throw new IllegalStateException();
        }
    }

    /** Else the peer may be waiting too, and who knows better shall speak first. */
    private boolean sureWhoIsLate() {
        return first && received == operation.receiveCount()
                || first && received == 0 && operation.predecessorOpens()
                || receiving() && !link.in().connected();
    }

    private boolean receiving() {
        return received < operation.receivable(sent);
    }

    private void lookForPeers() {
        if (Thread.currentThread().isInterrupted()) {
            throw new JftException(
                    Category.ABORT_RANK,
                    "rank %d was interrupted in %s".formatted(at.rank(), describe()));
        }
        // Some transports connect when asked; who waits for this rank must see that it is there.
        outbounds.values().forEach(Outbound::connected);
        if (link.lostIn() && received < operation.receiveCount()) {
            throw gone(link.in().peer());
        }
        if (link.lostOut() && sent < operation.sendCount()) {
            PeerLostException lost = gone(link.out().peer());
            if (link.isPair()) {
                while (link.in().poll(listener, FRAMES_LISTENED_TO) > 0) {
                    // up to what it said before it went
                }
            } else {
                listen();
            }
            throw lost;
        }
    }

    /**
     * A receiver cannot say why it is gone or late: streams have one direction. If it is because of
     * another rank, that is about to come round through those this rank receives from.
     */
    private void listen() {
        Patience doubt = new Patience(DOUBT);
        do {
            generation.requireLasting();
            inbounds.values().forEach(in -> in.poll(listener, FRAMES_LISTENED_TO));
        } while (doubt.idle() != Patience.Verdict.GIVE_UP);
    }

    private PeerLostException gone(int peer) {
        return new PeerLostException(
                peer,
                "rank %d is gone: rank %d lost it in %s".formatted(peer, at.rank(), describe()));
    }

    private PeerLostException timedOut() {
        int peer = receiving() ? link.in().peer() : link.out().peer();
        String what;
        if (!receiving()) {
            what =
                    "did not take message %d of %d"
                            .formatted(
                                    Math.min(sent + 1, operation.sendCount()),
                                    operation.sendCount());
        } else if (sureWhoIsLate()) {
            what = link.in().connected() ? "has not begun it" : "is not connected";
        } else {
            what =
                    "did not send message %d of %d, it may itself be waiting"
                            .formatted(received + 1, operation.receiveCount());
        }
        return new PeerLostException(
                peer,
                "rank %d waited %s s for rank %d in %s: rank %d %s"
                        .formatted(at.rank(), seconds(), peer, describe(), peer, what));
    }

    private PeerLostException passedOn(AbortNotice notice) {
        heard = notice; // to be passed on as it is
        return new PeerLostException(
                notice.culprit(),
                "%s (reported by rank %d)".formatted(notice.reason(), notice.reporter()));
    }

    private JftException strayed() {
        return new JftException(
                Category.ABORT_RUN,
                "the ranks do not run the same program: rank %d expects message %d of %s, but rank %d sent message %d of %s (operation %d, %d elements)"
                        .formatted(
                                at.rank(),
                                received + 1,
                                describe(),
                                decoder.sender(),
                                decoder.message() + 1,
                                decoder.kind(),
                                decoder.operation(),
                                decoder.length()));
    }

    private String describe() {
        return "%s (operation %d, %d elements)"
                .formatted(operation.kind(), operations, operation.length());
    }

    private String seconds() {
        return String.valueOf(timeout.toMillis() / 1000.0);
    }

    /** Where members may change, they hear of a loss by another way, and soon. */
    private boolean allAreTold(RuntimeException e) {
        return e instanceof GenerationEndedException
                || e instanceof PeerLostException && generation != Generation.ONLY;
    }

    /** Best effort: who cannot be told will notice by itself. */
    private void sayFarewell() {
        AbortNotice notice = heard != null ? heard : ownNotice();
        FrameWriter writeNotice =
                (buffer, offset) -> {
                    encodeHeader(buffer, offset, FrameKind.ABORT, 0, 0, notice.encodedLength());
                    notice.encode(buffer, offset + FrameDescriptor.HEADER_LENGTH);
                };
        int length = FrameDescriptor.HEADER_LENGTH + notice.encodedLength();
        Patience farewell = new Patience(FAREWELL);
        List<Outbound> untold = new ArrayList<>(outbounds.values());
        try {
            do {
                untold.removeIf(out -> !reachable(out) || out.offer(length, writeNotice));
            } while (!untold.isEmpty() && farewell.idle() != Patience.Verdict.GIVE_UP);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Before the first operation a peer may be about to come. */
    private boolean reachable(Outbound out) {
        boolean wasConnected =
                links.stream().anyMatch(each -> each.out() == out && each.outWasConnected());
        return out.connected() || !wasConnected && !gaveUpWaiting();
    }

    private boolean gaveUpWaiting() {
        return heard == null && failure instanceof PeerLostException;
    }

    private AbortNotice ownNotice() {
        int culprit = failure instanceof PeerLostException lost ? lost.peer() : at.rank();
        return new AbortNotice(culprit, at.rank(), String.valueOf(failure.getMessage()));
    }
}
