package org.jft.cluster.membership.coordinator;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.jft.cluster.membership.Audience;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.MembershipState;
import org.jft.cluster.membership.Refusal;
import org.jft.cluster.membership.View;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.MembershipNotice;
import org.jft.cluster.protocol.MembershipRequest;
import org.jft.cluster.protocol.Standing;

/**
 * Feeds the replicated log to a {@link MembershipState} and sends its decisions to the members.
 * Runs on every node; what followers send goes nowhere. One thread, the service container's, but
 * for {@link #empty}, {@link #generation} and {@link #leads}.
 */
final class CoordinatorService implements ClusteredService {
    /** Members in one message: fits {@link MembershipNotice} into an eighth of a term of 64 KB. */
    private static final int MEMBERS_PER_NOTICE = 6;

    /** A member that takes nothing is likely dead, and the others must not wait for it. */
    private static final int SEND_ATTEMPTS = 50;

    private static final long DEADLINE_TIMER = 1;

    /** A node that starts again closes all sessions it knew: those are nobody's silence. */
    private static final long NEW_TERM_MS = CoordinatorSettings.MIN_LOST_AFTER_MS;

    private final Consumer<String> log;
    private final Consumer<Standing> onIn;
    private final Consumer<Standing> onOut;
    private final MembershipState state = new MembershipState(new Members());
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private Cluster cluster;
    private OptionalLong deadlineMs = OptionalLong.empty();
    private int lastEnded = -1;
    private long termMs; // when the leader's term began
    private volatile boolean empty = true;
    private volatile int generation = -1;
    private volatile boolean leads;

    /**
     * Makes a service that knows of no member.
     *
     * @param log hears of generations that begin and end, on the leader
     * @param onIn takes who wants to be in the job, on the leader
     * @param onOut takes who is out of it, on the leader
     */
    CoordinatorService(Consumer<String> log, Consumer<Standing> onIn, Consumer<Standing> onOut) {
        this.log = log;
        this.onIn = onIn;
        this.onOut = onOut;
    }

    /** Returns whether no process is in the job. From any thread. */
    boolean empty() {
        return empty;
    }

    /** Returns the newest generation; -1 before the first. From any thread. */
    int generation() {
        return generation;
    }

    /** Returns whether this node leads. From any thread. */
    boolean leads() {
        return leads;
    }

    @Override
    public void onStart(Cluster cluster, Image snapshotImage) {
        this.cluster = cluster;
        if (snapshotImage != null) {
            ExpandableArrayBuffer snapshot = new ExpandableArrayBuffer();
            int[] length = {0};
            while (!snapshotImage.isEndOfStream()) {
                cluster.idleStrategy()
                        .idle(
                                snapshotImage.poll(
                                        (part, offset, count, header) -> {
                                            snapshot.putBytes(length[0], part, offset, count);
                                            length[0] += count;
                                        },
                                        16));
            }
            state.restore(snapshot);
            publish();
        }
    }

    @Override
    public void onSessionOpen(ClientSession session, long timestamp) {}

    @Override
    public void onSessionClose(ClientSession session, long timestamp, CloseReason reason) {
        if (reason != CloseReason.TIMEOUT) {
            state.lost(session.id(), "its connection closed", timestamp);
        } else if (timestamp - termMs < NEW_TERM_MS) {
            state.disconnected(session.id(), timestamp);
        } else {
            state.silent(session.id(), timestamp);
        }
        settle(timestamp);
    }

    @Override
    public void onSessionMessage(
            ClientSession session,
            long timestamp,
            DirectBuffer message,
            int offset,
            int length,
            Header header) {
        int version = MembershipRequest.versionOf(message, offset);
        if (version != FrameDescriptor.PROTOCOL_VERSION) {
            String sentence =
                    "this worker speaks protocol %d but the coordinator speaks protocol %d: all must run the same version"
                            .formatted(version, FrameDescriptor.PROTOCOL_VERSION);
            send(session.id(), new MembershipNotice.Refused(Refusal.MISFIT.ordinal(), sentence));
            return;
        }
        MembershipRequest request = MembershipRequest.decode(message, offset);
        if (resumes(request)) {
            state.resume(request.previous(), session.id(), request.standing());
        }
        switch (request.kind()) {
            case REGROUP -> regroup(session, request, timestamp);
            case ASK -> state.ask(session.id(), request.generation(), request.standing());
            case LEAVE -> {
                state.leave(session.id(), timestamp);
                send(session.id(), new MembershipNotice.Left());
            }
            default -> throw new AssertionError(request.kind());
        }
        settle(timestamp);
    }

    private static boolean resumes(MembershipRequest request) {
        return request.previous() != MembershipRequest.NONE;
    }

    private void regroup(ClientSession session, MembershipRequest request, long timestamp) {
        state.regroup(
                session.id(),
                resumes(request) ? request.previous() : session.id(),
                new JobSize(
                        request.initial(),
                        request.min(),
                        request.max(),
                        JobSize.BelowMin.values()[request.belowMin()]),
                request.generation(),
                request.standing(),
                request.suspect() < 0 ? OptionalInt.empty() : OptionalInt.of(request.suspect()),
                request.timeoutMs(),
                timestamp);
    }

    @Override
    public void onNewLeadershipTermEvent(
            long termId,
            long logPosition,
            long timestamp,
            long termBaseLogPosition,
            int leaderMemberId,
            int logSessionId,
            TimeUnit timeUnit,
            int appVersion) {
        termMs = timestamp;
    }

    @Override
    public void onTimerEvent(long timer, long timestamp) {
        deadlineMs = OptionalLong.empty();
        state.tick(timestamp);
        settle(timestamp);
    }

    @Override
    public void onTakeSnapshot(ExclusivePublication publication) {
        int length = state.save(buffer);
        IdleStrategy idle = cluster.idleStrategy();
        for (int at = 0; at < length; ) {
            int part = Math.min(length - at, publication.maxPayloadLength());
            idle.reset();
            while (publication.offer(buffer, at, part) < 0) {
                idle.idle();
            }
            at += part;
        }
    }

    @Override
    public void onRoleChange(Cluster.Role role) {
        leads = role == Cluster.Role.LEADER;
    }

    @Override
    public void onTerminate(Cluster cluster) {}

    /** Behind every event: the timer that the state needs now, and what other threads see. */
    private void settle(long timestamp) {
        OptionalLong next = state.nextDeadlineMs(timestamp);
        if (next.isPresent() && !next.equals(deadlineMs)) {
            IdleStrategy idle = cluster.idleStrategy();
            idle.reset();
            while (!cluster.scheduleTimer(DEADLINE_TIMER, next.getAsLong())) {
                idle.idle();
            }
            deadlineMs = next;
        }
        publish();
    }

    private void publish() {
        empty = state.empty();
        generation = state.generation();
    }

    private void send(long session, MembershipNotice notice) {
        ClientSession receiver = cluster.getClientSession(session);
        if (receiver == null) {
            return; // closed; its loss is next in the log
        }
        int length = MembershipNotice.encode(notice, buffer, 0);
        IdleStrategy idle = cluster.idleStrategy();
        idle.reset();
        for (int attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
            if (receiver.offer(buffer, 0, length) > 0) {
                return;
            }
            idle.idle();
        }
        // It will ask again if it lives.
    }

    private void report(String sentence) {
        if (cluster.role() == Cluster.Role.LEADER) {
            log.accept(sentence);
        }
    }

    /** Sends what the state decides. */
    private final class Members implements Audience {
        @Override
        public void formed(long session, View view) {
            List<Standing> members = view.members();
            if (view.self() == 0) {
                List<String> names = members.stream().map(Standing::name).toList();
                report("generation %d: %s".formatted(view.generation(), String.join(", ", names)));
            }
            for (int first = 0; first < members.size(); first += MEMBERS_PER_NOTICE) {
                int end = Math.min(first + MEMBERS_PER_NOTICE, members.size());
                send(
                        session,
                        new MembershipNotice.Formed(
                                view.generation(),
                                view.self(),
                                members.size(),
                                first,
                                new ArrayList<>(members.subList(first, end))));
            }
        }

        @Override
        public void ended(long session, int generation, String reason) {
            if (generation > lastEnded) { // all its members are told
                lastEnded = generation;
                report("generation %d ends: %s".formatted(generation, reason));
            }
            send(session, new MembershipNotice.Ended(generation, reason));
        }

        @Override
        public void newcomersWait(long session, boolean wait) {
            send(session, new MembershipNotice.NewcomersWait(wait));
        }

        @Override
        public void in(Standing process) {
            if (cluster.role() == Cluster.Role.LEADER) {
                onIn.accept(process);
            }
        }

        @Override
        public void out(Standing process) {
            if (cluster.role() == Cluster.Role.LEADER) {
                onOut.accept(process);
            }
        }

        @Override
        public void refused(long session, Refusal why, String sentence) {
            report(sentence);
            send(session, new MembershipNotice.Refused(why.ordinal(), sentence));
        }
    }
}
