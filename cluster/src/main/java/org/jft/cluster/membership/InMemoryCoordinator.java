package org.jft.cluster.membership;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jft.cluster.protocol.Standing;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Keeps the members of a job that are threads of one process, by the same rules as the coordinator
 * of a job of processes. There is nobody to watch over them: a member is lost when it is closed
 * without having left, or when {@link #lose} says so. Thread-safe.
 */
public final class InMemoryCoordinator {
    private final JobSize size;
    private final Mail mail = new Mail();
    private final MembershipState state = new MembershipState(mail);
    private final Map<Long, Member> members = new HashMap<>(); // by session
    private long sessions;

    public InMemoryCoordinator(JobSize size) {
        this.size = size;
    }

    /** Returns a process's door; it joins the job when it first regroups. */
    public synchronized Membership connect() {
        Member member = new Member(sessions++);
        members.put(member.session, member);
        return member;
    }

    /** Cuts a member off, as if its process had been frozen for too long. */
    public synchronized void lose(Membership member) {
        long session = ((Member) member).session;
        state.lost(session, "silent for too long", nowMs());
        mail.refused(session, Refusal.EXPELLED, "the job has gone on without this member");
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Puts into the members what the state decides. Called under the lock. */
    private final class Mail implements Audience {
        @Override
        public void formed(long session, View view) {
            Member member = members.get(session);
            member.view = view;
            member.ended = Optional.empty();
            member.newcomersWait = false;
            InMemoryCoordinator.this.notifyAll();
        }

        @Override
        public void ended(long session, int generation, String reason) {
            members.get(session).ended = Optional.of(reason);
        }

        @Override
        public void newcomersWait(long session, boolean wait) {
            members.get(session).newcomersWait = wait;
        }

        @Override
        public void in(Standing process) {} // a thread: whoever started it knows

        @Override
        public void out(Standing process) {} // likewise

        @Override
        public void refused(long session, Refusal why, String sentence) {
            Member member = members.get(session);
            member.refusal = why.toException(sentence);
            member.ended = Optional.of(sentence);
            InMemoryCoordinator.this.notifyAll();
        }
    }

    private final class Member implements Membership {
        private final long session;
        private View view; // newest; null before the first
        private JftException refusal;
        private boolean closed;
        private volatile Optional<String> ended = Optional.empty();
        private volatile boolean newcomersWait;

        Member(long session) {
            this.session = session;
        }

        @Override
        public View regroup(Standing standing, OptionalInt suspect, Duration timeout) {
            synchronized (InMemoryCoordinator.this) {
                View known = view;
                if (refusal == null) {
                    int generation = known == null ? -1 : known.generation();
                    long timeoutMs = timeout.toMillis();
                    state.regroup(
                            session,
                            session,
                            size,
                            generation,
                            standing,
                            suspect,
                            timeoutMs,
                            nowMs());
                }
                while (view == known && refusal == null) {
                    awaitNews(standing);
                }
                if (refusal != null) {
                    throw refusal;
                }
                return view;
            }
        }

        private void awaitNews(Standing standing) {
            OptionalLong deadlineMs = state.nextDeadlineMs(nowMs());
            try {
                if (deadlineMs.isEmpty()) {
                    InMemoryCoordinator.this.wait();
                } else {
                    InMemoryCoordinator.this.wait(Math.max(1, deadlineMs.getAsLong() - nowMs()));
                    state.tick(nowMs());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new JftException(
                        Category.ABORT_RANK,
                        "%s was interrupted while it waited for the others".formatted(standing));
            }
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
            return true;
        }

        @Override
        public void hurry() {} // nothing takes long here

        @Override
        public void leave() {
            synchronized (InMemoryCoordinator.this) {
                state.leave(session, nowMs());
            }
        }

        @Override
        public void close() {
            synchronized (InMemoryCoordinator.this) {
                if (!closed) {
                    closed = true;
                    state.lost(session, "its connection closed", nowMs());
                }
            }
        }
    }
}
