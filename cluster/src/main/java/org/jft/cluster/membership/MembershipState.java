package org.jft.cluster.membership;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.Iterables;
import com.google.common.collect.ListMultimap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jft.cluster.protocol.Standing;

/**
 * Who is in a job: the rules, and nothing else. Every decision follows from the calls made so far
 * and the times passed in, so replicas that see the same calls agree, and a log of them is a
 * recovery. What it decides goes to an {@link Audience}.
 *
 * <pre>
 *              all initial workers came,                     a member is lost, or regroups
 *              or min of them in time
 *   gathering -------------------------->  generation runs  -------------------------------+
 *       ^                                    ^                                             v
 *       | no member is left                  | every member regrouped, is lost,   generation has ended
 *       +------------------------------------+ left, or was put out  <---------------------+
 * </pre>
 *
 * <p>Calls of one session may be repeated: an answer that was lost is given again. When no member
 * is left, those of the last generation may come back with their state, as long as it is the last.
 */
public final class MembershipState {
    /** Generations in a row that may end because one living member could not be reached. */
    public static final int MAX_STRIKES = 3;

    /** A coordinator that stood still finds all silent at once, within this time. */
    static final long TOGETHER_MS = 50;

    /** By then members have found a coordinator that stood still or was started again. */
    static final long RETURN_MS = 10_000;

    private static final String SILENT = "it was silent for too long";

    private final Audience audience;
    JobSize size; // as the first process says it; null before
    int generation = -1;
    String endReason; // null while the generation runs
    boolean endedByLoss;
    boolean judged;
    boolean newcomersTold;

    /** The newest generation. */
    Roster roster = Roster.NONE;

    /** Who is left of it, in the order of their ranks. */
    final List<Candidate> members = new ArrayList<>();

    /** Who waits for the next one, in the order of their coming. */
    final List<Candidate> newcomers = new ArrayList<>();

    public MembershipState(Audience audience) {
        this.audience = audience;
    }

    /**
     * A process joins, or a member says how far it is.
     *
     * @param heardUnder the last session under which it has heard something; this one if none
     * @param known the generation this process was told of last; -1 when it comes new
     * @param suspect rank, in that generation, of a peer it could not reach
     */
    public void regroup(
            long session,
            long heardUnder,
            JobSize job,
            int known,
            Standing standing,
            OptionalInt suspect,
            long timeoutMs,
            long nowMs) {
        Optional<Candidate> member = find(members, session);
        if (member.isPresent() && known < generation) {
            // It was told, and did not hear.
            audience.formed(session, roster.view(generation, session));
            tellAgain(session);
            return;
        }
        if (member.isPresent()) {
            member.get().await(standing, suspect, nowMs + timeoutMs);
            end("%s regroups".formatted(standing), session);
        } else if (find(newcomers, session).isEmpty()) {
            if (known >= 0 && !mayReturn(known, standing)) {
                refuseForgotten(session, known, standing);
            } else if (fits(session, job, standing)) {
                Candidate newcomer = new Candidate(session, heardUnder);
                newcomer.withState = known >= 0;
                newcomer.await(standing, OptionalInt.empty(), nowMs + timeoutMs);
                newcomers.add(newcomer);
                audience.in(standing);
            }
        }
        proceed(nowMs);
    }

    /**
     * Returns whether a process that was given up, as all others were, can go on: nobody has gone
     * on without it. So it is when the coordinator was cut off from all.
     */
    private boolean mayReturn(int known, Standing standing) {
        return gathering()
                && known == generation
                && roster.has(standing)
                && newcomers.stream().noneMatch(other -> other.hasName(standing.name()));
    }

    /** A process asks again what it may have missed. */
    public void ask(long session, int known, Standing standing) {
        Optional<Candidate> member = find(members, session);
        if (member.isPresent() && known < generation) {
            audience.formed(session, roster.view(generation, session));
        }
        if (member.isPresent()
                || find(newcomers, session).isPresent()
                || mayReturn(known, standing)) {
            tellAgain(session);
        } else if (known >= 0) {
            refuseForgotten(session, known, standing);
        }
    }

    /**
     * A process that lost its connection is back under another session.
     *
     * @param previous the last session under which it has heard something
     */
    public void resume(long previous, long session, Standing standing) {
        for (Candidate each : Iterables.concat(members, newcomers)) {
            // A coordinator that forgot all counts its sessions anew: then it is another's number.
            if (each.isBack(previous, session) && each.hasName(standing.name())) {
                long before = each.session;
                each.resume(previous, session);
                roster = roster.with(before, session);
            }
        }
    }

    /** A process goes, and is not missed. */
    public void leave(long session, long nowMs) {
        members.removeIf(member -> member.session == session);
        newcomers.removeIf(newcomer -> newcomer.session == session);
        proceed(nowMs);
    }

    /**
     * A process is gone.
     *
     * @param how completes "worker 2 (pid 4711 on node7) is lost: "
     */
    public void lost(long session, String how, long nowMs) {
        remove(session, how);
        proceed(nowMs);
    }

    /**
     * A process was silent for too long. If all were, it is more likely the coordinator that did
     * not listen: then nobody is lost who comes back soon, under this session's number or another.
     */
    public void silent(long session, long nowMs) {
        Iterable<Candidate> all = Iterables.concat(members, newcomers);
        if (away(session, nowMs + TOGETHER_MS)
                && Iterables.all(all, each -> each.returnByMs != Candidate.HERE)) {
            all.forEach(each -> each.returnByMs = nowMs + RETURN_MS);
        }
    }

    /** A process lost its session through no fault of its own. */
    public void disconnected(long session, long nowMs) {
        away(session, nowMs + RETURN_MS);
    }

    private boolean away(long session, long returnByMs) {
        Optional<Candidate> one = find(members, session).or(() -> find(newcomers, session));
        one.ifPresent(each -> each.returnByMs = returnByMs);
        return one.isPresent();
    }

    /** Time has passed: needed at {@link #nextDeadlineMs}. */
    public void tick(long nowMs) {
        proceed(nowMs);
    }

    /** Returns when {@link #tick} is needed next, if nothing else happens. */
    public OptionalLong nextDeadlineMs(long nowMs) {
        return Stream.concat(members.stream(), newcomers.stream())
                .flatMapToLong(each -> each.deadlinesMs())
                .filter(deadlineMs -> deadlineMs > nowMs)
                .min();
    }

    /**
     * Writes all that this knows, for {@link #restore}.
     *
     * @return the length
     */
    public int save(MutableDirectBuffer buffer) {
        return new StateSnapshot(this).write(buffer);
    }

    /** Makes this know what another one has saved. */
    public void restore(DirectBuffer buffer) {
        new StateSnapshot(this).read(buffer);
    }

    /** Returns whether no process is in the job or wants to be. */
    public boolean empty() {
        return members.isEmpty() && newcomers.isEmpty();
    }

    public int generation() {
        return generation;
    }

    /** Forms the next generation if it is time. */
    private void proceed(long nowMs) {
        Stream.concat(members.stream(), newcomers.stream())
                .filter(each -> each.returnByMs <= nowMs)
                .toList()
                .forEach(each -> remove(each.session, SILENT));
        refuseNamesakes(nowMs);
        if (gathering()) {
            gather(nowMs);
        } else if (endReason != null) {
            regather(nowMs);
        }
        tellOfNewcomers();
    }

    /** Nobody is in a generation: it takes the workers that the job starts with. */
    private boolean gathering() {
        return members.isEmpty();
    }

    private void gather(long nowMs) {
        int came = admissible().size();
        boolean late = newcomers.stream().anyMatch(each -> each.overdue(nowMs));
        boolean enough = late || allAreBack() ? came >= size.min() : came >= size.initial();
        if (came > 0 && enough) {
            form();
        } else if (late && size.belowMin() == JobSize.BelowMin.STOP) {
            String sentence =
                    "the job needs %d workers to begin, but in time only these came: %s"
                            .formatted(size.min(), Candidate.names(newcomers));
            List.copyOf(newcomers).forEach(each -> refuse(each, Refusal.TOO_FEW, sentence));
        }
    }

    /**
     * Of a generation that was given up. A new process may have the name, host and process id of
     * one of those: in containers it often has.
     */
    private boolean allAreBack() {
        long back = newcomers.stream().filter(each -> each.withState).count();
        return back > 0 && back == roster.size();
    }

    private void regather(long nowMs) {
        if (!members.stream().allMatch(member -> member.waiting)) {
            if (members.stream().noneMatch(member -> member.overdue(nowMs))) {
                return;
            }
            members.stream()
                    .filter(member -> !member.waiting)
                    .toList()
                    .forEach(
                            member -> expel(member, "it did not regroup in time, though it lives"));
        }
        if (!judged) {
            judged = true;
            judge();
        }
        form(); // also if they are too few: what they do then is theirs to decide
    }

    /** Expels the member that others could not reach again and again, though it lives. */
    private void judge() {
        ListMultimap<Long, Candidate> accusers = ArrayListMultimap.create();
        for (Candidate member : members) {
            int suspect = member.suspect.orElse(roster.size());
            if (suspect < roster.size() && !endedByLoss) { // a loss explains all
                accusers.put(roster.sessions().get(suspect), member);
            }
        }
        Candidate worst = null;
        for (Candidate member : members) {
            int count = accusers.get(member.session).size();
            member.strikes = count == 0 ? 0 : member.strikes + 1;
            if (member.strikes >= MAX_STRIKES
                    // Of two that accuse each other, the newer.
                    && (worst == null || count >= accusers.get(worst.session).size())) {
                worst = member;
            }
        }
        if (worst != null) {
            expel(
                    worst,
                    "%d generations in a row it could not be reached by %s; let firewalls and network policies pass the job's ports both ways"
                            .formatted(MAX_STRIKES, Candidate.names(accusers.get(worst.session))));
            members.forEach(member -> member.strikes = 0);
        }
    }

    private void form() {
        List<Candidate> joining = new ArrayList<>(admissible());
        joining.sort( // those that are back keep their order
                Comparator.<Candidate>comparingInt(each -> roster.rankOf(each.standing))
                        .thenComparing(Candidate.BY_NAME));
        newcomers.removeAll(joining);
        members.addAll(joining);
        generation++;
        endReason = null;
        endedByLoss = false;
        judged = false;
        newcomersTold = false;
        roster = Roster.of(members);
        for (Candidate member : members) {
            member.waiting = false;
            audience.formed(member.session, roster.view(generation, member.session));
        }
    }

    private void end(String reason, long culprit) {
        if (endReason == null) {
            endReason = reason;
            for (Candidate member : members) {
                if (member.session != culprit) {
                    audience.ended(member.session, generation, reason);
                }
            }
        }
    }

    private void tellAgain(long session) {
        if (endReason != null) {
            audience.ended(session, generation, endReason);
        }
        audience.newcomersWait(session, newcomersTold);
    }

    private void tellOfNewcomers() {
        boolean wait = !gathering() && endReason == null && !admissible().isEmpty();
        if (wait != newcomersTold) {
            newcomersTold = wait;
            members.forEach(member -> audience.newcomersWait(member.session, wait));
        }
    }

    private boolean fits(long session, JobSize job, Standing standing) {
        if (empty()) {
            size = job;
            return true;
        }
        Candidate first = members.isEmpty() ? newcomers.get(0) : members.get(0);
        Optional<String> misfit = Misfit.between(standing, job, first.standing, size);
        if (misfit.isPresent()) {
            // To begin with it is anybody's mistake; later the job goes on.
            Refusal why = gathering() ? Refusal.MISFIT : Refusal.STRANGER;
            audience.refused(session, why, misfit.get());
            return false;
        }
        Set<String> names = new HashSet<>(Set.of(standing.name()));
        members.forEach(member -> names.add(member.standing.name()));
        newcomers.forEach(newcomer -> names.add(newcomer.standing.name()));
        if (names.size() > size.max()) {
            audience.refused(
                    session,
                    Refusal.FULL,
                    "%s is one too many: the job takes %d workers".formatted(standing, size.max()));
            return false;
        }
        return true;
    }

    /** Newcomers that the next generation takes: not one whose predecessor is not lost yet. */
    private List<Candidate> admissible() {
        Set<String> taken = new HashSet<>();
        members.forEach(member -> taken.add(member.standing.name()));
        return newcomers.stream().filter(each -> taken.add(each.standing.name())).toList();
    }

    /** A newcomer may be waiting for its predecessor to be lost; but not for ever. */
    private void refuseNamesakes(long nowMs) {
        List<Candidate> taken = admissible();
        for (Candidate newcomer : List.copyOf(newcomers)) {
            if (newcomer.overdue(nowMs) && !taken.contains(newcomer)) {
                String sentence = "two processes say that they are %s, of which %s came second";
                refuse(
                        newcomer,
                        Refusal.FULL,
                        sentence.formatted(newcomer.standing.name(), newcomer));
            }
        }
    }

    private void remove(long session, String how) {
        find(members, session)
                .ifPresent(
                        member -> {
                            drop(members, member);
                            endedByLoss = true;
                            end("%s is lost: %s".formatted(member, how), session);
                        });
        find(newcomers, session).ifPresent(newcomer -> drop(newcomers, newcomer));
    }

    private void drop(List<Candidate> from, Candidate one) {
        from.remove(one);
        audience.out(one.standing);
    }

    private void refuse(Candidate newcomer, Refusal why, String sentence) {
        drop(newcomers, newcomer);
        audience.refused(newcomer.session, why, sentence);
    }

    private void refuseForgotten(long session, int known, Standing standing) {
        if (known > generation) {
            String sentence = "the coordinator has lost its log and does not know %s any more";
            audience.refused(session, Refusal.FORGOTTEN, sentence.formatted(standing));
        } else {
            audience.refused(session, Refusal.EXPELLED, goneOn(standing, SILENT));
        }
    }

    private void expel(Candidate member, String why) {
        drop(members, member);
        audience.refused(member.session, Refusal.EXPELLED, goneOn(member.standing, why));
    }

    private static String goneOn(Standing without, String why) {
        return "the job has gone on without %s: %s".formatted(without, why);
    }

    private static Optional<Candidate> find(List<Candidate> among, long session) {
        return among.stream().filter(each -> each.session == session).findFirst();
    }
}
