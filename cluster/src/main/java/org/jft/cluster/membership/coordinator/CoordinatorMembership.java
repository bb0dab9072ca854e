package org.jft.cluster.membership.coordinator;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jft.cluster.membership.CoordinatorLostException;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.Membership;
import org.jft.cluster.membership.Refusal;
import org.jft.cluster.membership.View;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.MembershipNotice;
import org.jft.cluster.protocol.MembershipRequest;
import org.jft.cluster.protocol.MembershipRequest.Kind;
import org.jft.cluster.protocol.Standing;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A member of a job that a coordinator keeps. A daemon thread of its own talks to the coordinator:
 * it says "I am alive" five times as often as it must, whatever the caller computes, and finds a
 * new leader, or the old one started again, without the caller noticing. Only {@link #regroup}
 * needs the coordinator; while nobody is lost, training goes on without it.
 */
public final class CoordinatorMembership implements Membership {
    private static final long ANSWER_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long LEAVE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long BUSY_TURN_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long IDLE_TURN_NS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long LOOK_MS = 50;

    /** A link that was not up for so long is not just reconnecting. */
    private static final long AWAY_NS = TimeUnit.SECONDS.toNanos(1);

    private final JobSize size;
    private final Duration patience;
    private final CoordinatorLink link;
    private final Thread thread = new Thread(this::run, "membership");

    private volatile boolean closing;
    private volatile Optional<String> ended = Optional.empty();
    private volatile boolean newcomersWait;
    private volatile boolean hurried;

    // Written under the lock of this, as all that follows.
    private Standing standing; // null before the first regroup
    private volatile MembershipRequest pending; // null when nothing waits for an answer
    private boolean toSend; // pending, or a question, at the next chance
    private long heardNs;
    private long askedNs; // 0: no question is open
    private View view; // newest; null before the first
    private int partsOf = MembershipRequest.NONE; // generation
    private Standing[] parts = {};
    private JftException refusal;
    private boolean left;

    private CoordinatorMembership(
            List<HostAndPort> coordinators,
            JobToken job,
            JobSize size,
            Duration lostAfter,
            Duration patience,
            Optional<Path> aeronDirectory) {
        this.size = size;
        this.patience = patience;
        link = new CoordinatorLink(coordinators, job, lostAfter, aeronDirectory, new Mail());
        thread.setDaemon(true);
    }

    /**
     * Returns a member-to-be; {@link #regroup} makes it one. Returns at once, the coordinator need
     * not be there yet.
     *
     * @param coordinators where the nodes of the coordinator listen
     * @param job proves to them that this process belongs to their job
     * @param size of the job, equal on all members
     * @param lostAfter silence after which the coordinator counts a member as lost
     * @param patience how long {@link #regroup} waits for a coordinator that cannot be reached
     * @param aeronDirectory of a media driver to use; runs its own, on one more thread, when empty
     */
    public static CoordinatorMembership connect(
            List<HostAndPort> coordinators,
            JobToken job,
            JobSize size,
            Duration lostAfter,
            Duration patience,
            Optional<Path> aeronDirectory) {
        CoordinatorMembership membership =
                new CoordinatorMembership(
                        coordinators, job, size, lostAfter, patience, aeronDirectory);
        membership.thread.start();
        return membership;
    }

    @Override
    public synchronized View regroup(Standing standing, OptionalInt suspect, Duration timeout) {
        View known = view;
        if (refusal != null) {
            throw refusal;
        }
        this.standing = standing;
        post(request(Kind.REGROUP, suspect.orElse(MembershipRequest.NONE), timeout.toMillis()));
        long startNs = System.nanoTime();
        while (view == known && refusal == null) {
            if (closing) {
                throw new JftException(
                        Category.ABORT_RANK, standing + " has closed its membership");
            }
            long aloneSinceNs = Math.max(startNs, link.upNs());
            long aloneNs = System.nanoTime() - aloneSinceNs;
            if (aloneNs > (hurried ? AWAY_NS : patience.toNanos())) {
                throw new CoordinatorLostException(
                        "%s waited %.1f s, but no coordinator answers at %s%s"
                                .formatted(
                                        standing,
                                        TimeUnit.NANOSECONDS.toMillis(aloneNs) / 1e3,
                                        link.names(),
                                        link.trouble().map(" (%s)"::formatted).orElse("")));
            }
            look();
        }
        if (view != known) {
            return view;
        }
        throw refusal;
    }

    @Override
    public Optional<String> ended() {
        return ended;
    }

    @Override
    public boolean newcomersWait() {
        return newcomersWait;
    }

    @Override
    public boolean reachable() {
        return System.nanoTime() - link.upNs() < AWAY_NS;
    }

    @Override
    public void hurry() {
        hurried = true;
    }

    @Override
    public synchronized void leave() {
        if (standing == null || refusal != null) {
            return;
        }
        post(request(Kind.LEAVE, MembershipRequest.NONE, 0));
        long startNs = System.nanoTime();
        while (!left && !closing && System.nanoTime() - startNs < LEAVE_NS) {
            look();
        }
    }

    /** Ends the session and the thread. A member that has not left is lost at once. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(LEAVE_NS / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(MembershipRequest request) {
        pending = request;
        toSend = true;
        LockSupport.unpark(thread);
    }

    private MembershipRequest request(Kind kind, int suspect, long timeoutMs) {
        return new MembershipRequest(
                kind,
                FrameDescriptor.PROTOCOL_VERSION,
                view == null ? MembershipRequest.NONE : view.generation(),
                MembershipRequest.NONE,
                timeoutMs,
                suspect,
                size.initial(),
                size.min(),
                size.max(),
                size.belowMin().ordinal(),
                standing);
    }

    private void look() {
        try {
            wait(LOOK_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JftException(
                    Category.ABORT_RANK,
                    "%s was interrupted while it waited for the others".formatted(standing));
        }
    }

    private void run() {
        try {
            while (!closing) {
                long nowNs = System.nanoTime();
                int work = link.turn(nowNs);
                work += converse(nowNs);
                if (work == 0) {
                    LockSupport.parkNanos(pending == null ? IDLE_TURN_NS : BUSY_TURN_NS);
                }
            }
        } finally {
            link.close();
        }
    }

    /** Sends what is to be sent, and asks where an answer is late. */
    private synchronized int converse(long nowNs) {
        if (!link.up() || standing == null) {
            return 0;
        }
        if (askedNs != 0 && nowNs - askedNs > ANSWER_NS) {
            askedNs = 0;
            link.doubt();
            return 1;
        }
        if (toSend && pending != null) {
            toSend = !link.send(pending);
            heardNs = nowNs;
            return 1;
        }
        boolean late = pending != null && nowNs - heardNs > ANSWER_NS;
        if (askedNs == 0
                && (toSend || late)
                && link.send(request(Kind.ASK, MembershipRequest.NONE, 0))) {
            toSend = false;
            askedNs = nowNs;
            return 1;
        }
        return 0;
    }

    /** Takes what the coordinator says; on the link's thread. */
    private final class Mail implements CoordinatorLink.Listener {
        @Override
        public void onConnected() {
            synchronized (CoordinatorMembership.this) {
                toSend = true;
                askedNs = 0;
            }
        }

        @Override
        public void onHopeless(JftException why) {
            synchronized (CoordinatorMembership.this) {
                refuse(why);
            }
        }

        @Override
        public void onNotice(MembershipNotice notice) {
            synchronized (CoordinatorMembership.this) {
                heardNs = System.nanoTime();
                askedNs = 0;
                if (notice instanceof MembershipNotice.Formed formed) {
                    collect(formed);
                } else if (notice instanceof MembershipNotice.Ended end) {
                    if (view != null && end.generation() == view.generation()) {
                        ended = Optional.of(end.reason());
                    }
                } else if (notice instanceof MembershipNotice.NewcomersWait newcomers) {
                    newcomersWait = newcomers.present();
                } else if (notice instanceof MembershipNotice.Refused refused) {
                    refuse(Refusal.values()[refused.code()].toException(refused.sentence()));
                } else if (notice instanceof MembershipNotice.Left) {
                    depart();
                }
            }
        }

        private void collect(MembershipNotice.Formed formed) {
            if (view != null && formed.generation() <= view.generation()) {
                return; // said again
            }
            if (formed.generation() != partsOf) {
                partsOf = formed.generation();
                parts = new Standing[formed.worldSize()];
            }
            for (int i = 0; i < formed.members().size(); i++) {
                parts[formed.first() + i] = formed.members().get(i);
            }
            if (Arrays.stream(parts).allMatch(Objects::nonNull)) {
                view = new View(partsOf, formed.self(), List.of(parts));
                pending = null;
                ended = Optional.empty();
                newcomersWait = false;
                CoordinatorMembership.this.notifyAll();
            }
        }

        private void refuse(JftException why) {
            if (pending != null && pending.kind() == Kind.LEAVE) {
                depart(); // it left, and did not hear
                return;
            }
            refusal = why;
            pending = null;
            ended = Optional.of(why.getMessage());
            CoordinatorMembership.this.notifyAll();
        }

        private void depart() {
            left = true;
            pending = null;
            CoordinatorMembership.this.notifyAll();
        }
    }
}
