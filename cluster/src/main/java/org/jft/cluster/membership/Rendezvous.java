package org.jft.cluster.membership;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.jft.cluster.protocol.Announcement;
import org.jft.cluster.protocol.FrameDecoder;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.FrameEncoder;
import org.jft.cluster.protocol.FrameKind;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.Inbound;
import org.jft.cluster.transport.Lane;
import org.jft.cluster.transport.Outbound;
import org.jft.cluster.transport.Transport;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;

/**
 * Brings the ranks of one job together: each says who it is and waits until it has heard all. Rank
 * 0 is the meeting point: it passes every announcement on to every rank, so each can name exactly
 * the ranks that are missing, or the one that does not fit.
 *
 * <pre>
 *   rank 1 ---- "I am 1" ---->  rank 0  ---- "I am 0", "I am 1", "I am 2" ----> rank 1
 *   rank 2 ---- "I am 2" ---->          ---- "I am 0", "I am 1", "I am 2" ----> rank 2
 * </pre>
 *
 * <p>Announcements of another job's token are ignored. One use, one thread.
 */
public final class Rendezvous {
    private static final int FRAMES_PER_TURN = 16;
    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** How long rank 0 goes on telling the others why it gives up. */
    private static final long FAREWELL_NS = TimeUnit.SECONDS.toNanos(1);

    private final Announcement self;
    private final JobToken job;
    private final Announcement[] members;
    private final List<Announcement> toTell = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final FrameDecoder decoder = new FrameDecoder();
    private final FrameEncoder encoder = new FrameEncoder();
    private JftException refusal;

    /** A pair of control streams to one rank, and how much of {@code toTell} it was told. */
    private static final class Line implements AutoCloseable {
        final Outbound out;
        final Inbound in;
        int told;
        boolean came;

        Line(Transport transport, int peer) {
            in = transport.inbound(peer, Lane.CONTROL);
            out = transport.outbound(peer, Lane.CONTROL);
        }

        @Override
        public void close() {
            out.close();
            in.close();
        }
    }

    private Rendezvous(Announcement self, JobToken job) {
        this.self = self;
        this.job = job;
        members = new Announcement[self.worldSize()];
        members[self.rank()] = self;
        toTell.add(self);
    }

    /**
     * Waits for all ranks of the job. Opens the control lanes between rank 0 and the others and
     * closes them again.
     *
     * @param self what this rank says about itself
     * @return the announcements of all ranks, by rank
     * @throws JftException when ranks are missing at the deadline, or one does not fit this one:
     *     another world size, configuration or version, or a rank taken twice
     */
    public static List<Announcement> meet(
            Transport transport, Announcement self, JobToken job, Duration timeout) {
        Rendezvous rendezvous = new Rendezvous(self, job);
        try {
            rendezvous.open(transport);
            rendezvous.await(timeout);
            return List.of(rendezvous.members);
        } finally {
            rendezvous.lines.forEach(Line::close);
        }
    }

    private void open(Transport transport) {
        if (self.rank() != 0) {
            lines.add(new Line(transport, 0));
            return;
        }
        for (int peer = 1; peer < self.worldSize(); peer++) {
            lines.add(new Line(transport, peer));
        }
    }

    private void await(Duration timeout) {
        long startNs = System.nanoTime();
        long waitNs = timeout.toNanos();
        while (!complete()) {
            if (exchange() == 0) {
                LockSupport.parkNanos(TURN_NS);
            }
            if (refusal == null && System.nanoTime() - startNs >= waitNs) {
                refusal = missing(timeout);
            }
            if (refusal != null) {
                sayFarewell();
                throw refusal;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new JftException(
                        Category.ABORT_RANK,
                        "rank %d was interrupted while it waited for the others"
                                .formatted(self.rank()));
            }
        }
    }

    /** All heard, and every line was told all there is to tell. */
    private boolean complete() {
        return Arrays.stream(members).allMatch(Objects::nonNull)
                && lines.stream().allMatch(line -> line.told == toTell.size());
    }

    private int exchange() {
        int work = 0;
        for (Line line : lines) {
            int heard = line.in.poll(this::onFrame, FRAMES_PER_TURN);
            line.came |= heard > 0;
            work += heard;
            work += tell(line);
        }
        return work;
    }

    private int tell(Line line) {
        int before = line.told;
        while (line.told < toTell.size() && tell(line, toTell.get(line.told))) {
            line.told++;
        }
        return line.told - before;
    }

    private boolean tell(Line line, Announcement announcement) {
        // A rank knows itself, and leaves as soon as it knows the others.
        return announcement.equals(members[line.out.peer()]) || offer(line.out, announcement);
    }

    private boolean offer(Outbound out, Announcement announcement) {
        int length = FrameDescriptor.HEADER_LENGTH + announcement.encodedLength();
        return out.offer(
                length,
                (buffer, offset) -> {
                    encoder.wrap(buffer, offset)
                            .job(job)
                            .generation(0)
                            .operation(0)
                            .kind(FrameKind.ANNOUNCE)
                            .sender(self.rank())
                            .length(self.worldSize())
                            .message(announcement.rank())
                            .byteCount(announcement.encodedLength());
                    announcement.encode(buffer, offset + FrameDescriptor.HEADER_LENGTH);
                });
    }

    private void onFrame(DirectBuffer buffer, int offset, int length) {
        decoder.wrap(buffer, offset, length);
        if (!decoder.wellFormed() || !decoder.isOf(job) || decoder.kind() != FrameKind.ANNOUNCE) {
            return;
        }
        Announcement heard = Announcement.decode(buffer, decoder.payloadOffset());
        if (heard.equals(self) || isKnown(heard)) {
            return;
        }
        if (self.rank() == 0) {
            toTell.add(heard); // also when it does not fit: all should say why the job ends
        }
        if (refusal == null) {
            refusal = misfit(heard);
        }
        if (refusal == null) {
            members[heard.rank()] = heard;
        }
    }

    private boolean isKnown(Announcement heard) {
        return heard.rank() < members.length && heard.equals(members[heard.rank()]);
    }

    /** Returns why a rank cannot train with this one, or null when it can. */
    private JftException misfit(Announcement other) {
        if (other.version() != self.version()) {
            return new ConfigException(
                    "%s speaks protocol %d but %s speaks protocol %d: all must run the same version"
                            .formatted(other, other.version(), self, self.version()));
        }
        if (other.worldSize() != self.worldSize()) {
            return new ConfigException(
                    "%s was told of %d workers but %s of %d"
                            .formatted(other, other.worldSize(), self, self.worldSize()));
        }
        if (!other.fingerprint().equals(self.fingerprint())) {
            return new ConfigException(
                    "%s runs another configuration (%s) than %s (%s)"
                            .formatted(other, other.fingerprint(), self, self.fingerprint()));
        }
        if (members[other.rank()] != null) {
            return new ConfigException(
                    "two processes of job %s say they are the same: %s and %s"
                            .formatted(job.name(), other, members[other.rank()]));
        }
        return null;
    }

    private JftException missing(Duration timeout) {
        List<Integer> ranks =
                IntStream.range(0, members.length)
                        .filter(rank -> members[rank] == null)
                        .boxed()
                        .toList();
        if (ranks.isEmpty()) {
            return new JftException(
                    Category.ABORT_RUN,
                    "rank %d met all ranks, but within %s s could not tell all of them so: %s"
                            .formatted(
                                    self.rank(),
                                    seconds(timeout),
                                    lines.stream()
                                            .filter(line -> line.told < toTell.size())
                                            .map(line -> "rank " + line.out.peer())
                                            .collect(joining(", "))));
        }
        String names = ranks.stream().map(String::valueOf).collect(joining(", "));
        return new JftException(
                Category.ABORT_RUN,
                ranks.contains(0)
                        ? "rank %d waited %s s for rank 0, through which the ranks meet: it did not come%s"
                                .formatted(
                                        self.rank(),
                                        seconds(timeout),
                                        lines.get(0)
                                                .out
                                                .trouble()
                                                .map(" (%s)"::formatted)
                                                .orElse(""))
                        : "rank %d waited %s s, but of %d workers these did not come: %s"
                                .formatted(self.rank(), seconds(timeout), self.worldSize(), names));
    }

    private static String seconds(Duration timeout) {
        return "%.1f".formatted(timeout.toMillis() / 1000.0);
    }

    /** Tells ranks that have come what is left to tell, so that they see for themselves. */
    private void sayFarewell() {
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < FAREWELL_NS
                && lines.stream()
                        .anyMatch(l -> l.told < toTell.size() && (l.came || l.out.connected()))) {
            lines.forEach(this::tell);
            LockSupport.parkNanos(TURN_NS);
        }
    }
}
