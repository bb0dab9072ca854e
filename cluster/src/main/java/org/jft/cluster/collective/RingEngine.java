package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
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
import org.jft.cluster.transport.Outbound;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;

/**
 * Moves the messages of one operation after the other: receive what is there, send what may be sent
 * and has room, wait a little when neither went. A full stream is no reason to stop receiving, so
 * the ring cannot lock up; no more is received than the operation has, so a neighbour may be ahead.
 *
 * <p>When it fails it tells its successor why, which fails with the same words and tells the next:
 * within moments every rank of the ring names the same culprit. It does nothing more after that.
 *
 * <p>One owner thread. Allocates nothing per message.
 */
final class RingEngine {
    /** Received and sent in turns of about so much, so that what was received is sent warm. */
    private static final int TURN_BYTES = 128 << 10;

    /** How long to try to tell a successor that is not taking anything. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** How long to wait for better knowledge to come round before blaming on a suspicion. */
    private static final Duration DOUBT = Duration.ofSeconds(2);

    private static final long NEVER = Long.MIN_VALUE;

    private final Topology at;
    private final Inbound in;
    private final Outbound out;
    private final JobToken job;
    private final Generation generation;
    private final int framesPerTurn;
    private final FrameHandler handler = this::onFrame;
    private final FrameWriter writer = this::writeFrame;
    private final FrameDecoder decoder = new FrameDecoder();
    private final FrameEncoder encoder = new FrameEncoder();

    private Duration timeout;
    private Patience patience;
    private boolean inWasConnected;
    private boolean outWasConnected;
    private long suspectedSinceNs = NEVER;
    private RuntimeException failure;
    private AbortNotice heard;

    private int operations;
    private Operation operation;
    private int sent;
    private int received;

    RingEngine(
            Topology at,
            Inbound in,
            Outbound out,
            JobToken job,
            Generation generation,
            Duration timeout) {
        this.at = at;
        this.in = in;
        this.out = out;
        this.job = job;
        this.generation = generation;
        framesPerTurn = Math.max(1, TURN_BYTES / out.maxFrameLength());
        setTimeout(timeout);
    }

    /** Between operations: the longest wait without progress from now on. */
    void setTimeout(Duration longest) {
        timeout = longest;
        patience = new Patience(longest);
    }

    /**
     * Carries one operation out.
     *
     * @throws GenerationEndedException when the members of the job are about to change
     * @throws PeerLostException when a neighbour is gone or silent, or told why it gave up
     * @throws JftException when the ranks do not run the same operations
     */
    void run(Operation next) {
        checkState(failure == null, "the collective has failed before: %s", failure);
        operation = next;
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
    }

    /** All in, all out, and the transport holds nothing back. */
    private boolean done() {
        return out.flush() && received == operation.receiveCount() && sent == operation.sendCount();
    }

    private int receive() {
        int missing = operation.receivable(sent) - received;
        int before = received;
        if (missing > 0) {
            in.poll(handler, Math.min(missing, framesPerTurn));
        }
        return received - before;
    }

    private int send() {
        int before = sent;
        int end = Math.min(operation.sendable(received), sent + framesPerTurn);
        while (sent < end
                && out.offer(
                        FrameDescriptor.HEADER_LENGTH + operation.outgoingBytes(sent), writer)) {
            sent++;
            outWasConnected = true;
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
        if (!decoder.wellFormed()
                || !decoder.isOf(job)
                || decoder.generation() != generation.number()) {
            return; // of a process that should not be there any more
        }
        if (decoder.kind() == FrameKind.ABORT) {
            throw passedOn(AbortNotice.decode(buffer, decoder.payloadOffset()));
        }
        if (decoder.sender() != in.peer()
                || decoder.operation() != operations
                || decoder.kind() != operation.kind()
                || decoder.length() != operation.length()
                || decoder.message() != received
                || decoder.byteCount() != operation.incomingBytes(received)) {
            throw strayed();
        }
        operation.read(received, buffer, decoder.payloadOffset());
        inWasConnected = true;
        received++;
    }

    /** Nothing moved: sleeps a little, and now and then looks whether there is still hope. */
    private void await() {
        generation.requireLasting();
        switch (patience.idle()) {
            case WAIT -> {}
            case LOOK -> lookForPeers();
            case GIVE_UP -> {
                if (sureWhoIsLate() || patience.waited().compareTo(timeout.plus(DOUBT)) > 0) {
                    throw timedOut();
                }
                lookForPeers();
            }
            default -> throw new IllegalStateException();
        }
    }

    /** Else the predecessor may be waiting too, and who knows better shall speak first. */
    private boolean sureWhoIsLate() {
        return received == operation.receiveCount()
                || received == 0 && operation.predecessorOpens();
    }

    private void lookForPeers() {
        if (Thread.currentThread().isInterrupted()) {
            throw new JftException(
                    Category.ABORT_RANK,
                    "rank %d was interrupted in %s".formatted(at.rank(), describe()));
        }
        boolean inConnected = in.connected();
        if (inWasConnected && !inConnected && received < operation.receiveCount()) {
            throw gone(in.peer());
        }
        inWasConnected |= inConnected;
        boolean outConnected = out.connected();
        if (outWasConnected && !outConnected && sent < operation.sendCount()) {
            suspectSuccessor();
        }
        outWasConnected |= outConnected;
    }

    /**
     * The successor is gone, but cannot say why: this ring has one direction. If it went because of
     * another rank, that is about to come round through the predecessor.
     */
    private void suspectSuccessor() {
        if (suspectedSinceNs == NEVER) {
            suspectedSinceNs = System.nanoTime();
        }
        if (in.peer() == out.peer() || System.nanoTime() - suspectedSinceNs > DOUBT.toNanos()) {
            throw gone(out.peer());
        }
    }

    private PeerLostException gone(int peer) {
        return new PeerLostException(
                peer,
                "rank %d is gone: rank %d lost it in %s".formatted(peer, at.rank(), describe()));
    }

    private PeerLostException timedOut() {
        boolean receiving = received < operation.receivable(sent);
        int peer = receiving ? in.peer() : out.peer();
        String what;
        if (!receiving) {
            what =
                    "did not take message %d of %d"
                            .formatted(
                                    Math.min(sent + 1, operation.sendCount()),
                                    operation.sendCount());
        } else if (sureWhoIsLate()) {
            what = (in.connected() ? "has not begun it" : "is not connected");
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

    /** Best effort: a successor that cannot be told will notice by itself. */
    private void sayFarewell() {
        AbortNotice notice = heard != null ? heard : ownNotice();
        FrameWriter writeNotice =
                (buffer, offset) -> {
                    encodeHeader(buffer, offset, FrameKind.ABORT, 0, 0, notice.encodedLength());
                    notice.encode(buffer, offset + FrameDescriptor.HEADER_LENGTH);
                };
        Patience farewell = new Patience(FAREWELL);
        try {
            // Before the first operation the successor may be about to come.
            boolean expected = !outWasConnected && !gaveUpWaiting();
            while ((expected || out.connected())
                    && !out.offer(
                            FrameDescriptor.HEADER_LENGTH + notice.encodedLength(), writeNotice)
                    && farewell.idle() != Patience.Verdict.GIVE_UP) {
                // offer again
            }
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private boolean gaveUpWaiting() {
        return heard == null && failure instanceof PeerLostException;
    }

    private AbortNotice ownNotice() {
        int culprit = failure instanceof PeerLostException lost ? lost.peer() : at.rank();
        return new AbortNotice(culprit, at.rank(), String.valueOf(failure.getMessage()));
    }
}
