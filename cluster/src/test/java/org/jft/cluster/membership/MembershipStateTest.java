package org.jft.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.cluster.membership.Workers.SIZE;
import static org.jft.cluster.membership.Workers.standing;

import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.agrona.ExpandableArrayBuffer;
import org.jft.cluster.membership.JobSize.BelowMin;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.Standing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules with a clock that is moved by hand; what members see of them is in the contract. */
class MembershipStateTest {
    private static final int PROCESSES = 8;

    private final Told told = new Told();
    private final MembershipState state = new MembershipState(told);

    @Test
    void shouldNeedATickExactlyWhenTheFirstMemberHasWaitedLongEnough() {
        join(0, 100, 1_000);
        join(1, 400, 500);
        assertThat(state.nextDeadlineMs(400)).hasValue(900);

        state.tick(899);
        assertThat(told.views).isEmpty();
        state.tick(900);

        assertThat(told.views.get(1L).members()).hasSize(2);
        assertThat(state.nextDeadlineMs(900)).isEmpty();
    }

    @Test
    void shouldTellWhoIsOutOfTheJobButNotWhoHasLeft() {
        for (int worker = 0; worker < 5; worker++) {
            join(worker, 0, 100);
        }
        join(5, 0, 100);
        assertThat(told.out).as("one too many never was in it").isEmpty();

        state.leave(1, 1);
        state.lost(0, "gone", 1);
        assertThat(told.out).containsExactly("worker 0");
        for (int generation = 0; generation < 2; generation++) { // with 3 and 4, then without
            state.regroup(2, 2, SIZE, generation, standing(2, 1), OptionalInt.empty(), 100, 2);
        }
        state.tick(102);
        assertThat(told.out).containsExactly("worker 0", "worker 3", "worker 4");
    }

    /** Or a launcher would end it as one that is out of the job. */
    @Test
    void shouldTellThatANewcomerThatWasLostIsInAgain() {
        for (int worker = 0; worker < 4; worker++) {
            join(worker, 0, 1_000);
        }
        state.silent(3, 10);
        state.tick(10 + MembershipState.TOGETHER_MS);
        assertThat(told.out).containsExactly("worker 3");

        state.regroup(13, 13, SIZE, -1, standing(3, 0), OptionalInt.empty(), 1_000, 100);

        assertThat(told.out).isEmpty();
    }

    @Test
    void shouldAnswerAgainWhatWasAnsweredBefore() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        View view = told.views.remove(1L);
        state.lost(0, "gone", 1);
        told.events.clear();

        join(1, 2, 1_000); // as if it had not heard

        assertThat(told.views.get(1L)).isEqualTo(view);
        assertThat(told.events)
                .containsExactly(
                        "1 formed 0",
                        "1 ended 0: worker 0 (pid 7 on here) is lost: gone",
                        "1 newcomers false");
    }

    @Test
    void shouldNotProlongTheWaitOfWhoAsksAgain() {
        join(0, 0, 1_000);
        join(1, 0, 5_000);
        join(0, 900, 1_000);

        state.tick(1_000);

        assertThat(told.views).hasSize(2);
    }

    @Test
    void shouldKnowAMemberThatComesBackUnderAnotherSession() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        state.disconnected(1, 0);
        state.disconnected(2, 0);
        assertThat(state.nextDeadlineMs(0)).hasValue(MembershipState.RETURN_MS);

        state.resume(1, 11, standing(1, 0));
        state.resume(2, 12, standing(0, 0)); // someone else's number
        state.tick(MembershipState.RETURN_MS);

        assertThat(told.events)
                .contains(
                        "11 ended 0: worker 2 (pid 7 on here) is lost: it was silent for too long");
        state.regroup(11, 11, SIZE, 0, standing(1, 4), OptionalInt.empty(), 1_000, 10_001);
        state.regroup(0, 0, SIZE, 0, standing(0, 4), OptionalInt.empty(), 1_000, 10_002);
        assertThat(told.views.get(11L).self()).isEqualTo(1);
        assertThat(told.views.get(11L).members()).hasSize(2);
    }

    @Test
    void shouldLoseOneThatIsSilentAtOnceButNotAll() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        state.silent(1, 5_000);
        state.tick(5_000 + MembershipState.TOGETHER_MS);
        assertThat(told.events)
                .contains(
                        "0 ended 0: worker 1 (pid 7 on here) is lost: it was silent for too long");
        told.events.clear();

        state.silent(0, 9_000);
        state.silent(2, 9_001);
        state.resume(2, 12, standing(2, 0));
        state.tick(9_000 + MembershipState.RETURN_MS);

        assertThat(told.events).isEmpty(); // both had time, and one used it
        state.tick(9_001 + MembershipState.RETURN_MS);
        state.regroup(12, 12, SIZE, 0, standing(2, 4), OptionalInt.empty(), 1_000, 30_000);
        assertThat(told.views.get(12L).members()).hasSize(1);
    }

    @Test
    void shouldNameSomeOfVeryManyWhoAreTooFew() {
        JobSize large = new JobSize(300, 200, 300, BelowMin.STOP);
        for (int worker = 0; worker < 150; worker++) {
            state.regroup(
                    worker, worker, large, -1, standing(worker, 0), OptionalInt.empty(), 1_000, 0);
        }
        state.tick(1_000);
        assertThat(told.events)
                .hasSize(150)
                .allSatisfy(
                        event ->
                                assertThat(event)
                                        .endsWith("worker 19 (pid 7 on here) and 130 more"));
    }

    @Test
    void shouldRefuseWhoWasToldOfAJobOfAnotherSize() {
        join(0, 0, 1_000);
        JobSize other = new JobSize(4, 2, 5, BelowMin.STOP);

        state.regroup(1, 1, other, -1, standing(1, 0), OptionalInt.empty(), 1_000, 1);

        assertThat(told.events)
                .containsExactly(
                        "1 refused MISFIT: worker 1 (pid 7 on here) was told of 4 workers (2 to 5) but worker 0 (pid 7 on here) of 3 workers (2 to 5)");
    }

    @Test
    void shouldSayThatItHasLostItsLogToAMemberOfWhichItKnowsNothing() {
        state.ask(1, 3, standing(1, 40));
        assertThat(told.events)
                .singleElement()
                .asString()
                .startsWith("1 refused FORGOTTEN: the coordinator has lost its log");
    }

    @Test
    void shouldNotStumbleOverASuspectThatWasNeverThere() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        for (int worker = 0; worker < 3; worker++) {
            state.regroup(
                    worker, worker, SIZE, 0, standing(worker, 1), OptionalInt.of(7), 1_000, 1);
        }
        assertThat(told.views.get(2L).generation()).isEqualTo(1);
    }

    @Test
    void shouldForgiveWhoIsNotSuspectedEveryTime() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        for (int round = 0; round < 10; round++) {
            boolean suspected = round % MembershipState.MAX_STRIKES != 0;
            for (long session = 0; session < 3; session++) {
                OptionalInt suspect =
                        suspected && session != 2 ? OptionalInt.of(2) : OptionalInt.empty();
                state.regroup(
                        session,
                        session,
                        SIZE,
                        round,
                        standing((int) session, 0),
                        suspect,
                        1_000,
                        1);
            }
            assertThat(told.views.get(2L).generation()).isEqualTo(round + 1);
        }
        assertThat(told.refused).isEmpty();
    }

    /** Two that cannot reach each other: one of them must go, or the job never gets on. */
    @Test
    void shouldPutTheNewerOutOfTwoThatAccuseEachOther() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        for (int round = 0; round < MembershipState.MAX_STRIKES; round++) {
            for (int worker = 0; worker < 3; worker++) {
                OptionalInt suspect =
                        worker == 2 ? OptionalInt.empty() : OptionalInt.of(1 - worker);
                state.regroup(worker, worker, SIZE, round, standing(worker, 0), suspect, 1_000, 1);
            }
        }
        assertThat(told.refused).containsExactly(1L);
        assertThat(told.views.get(0L).members()).hasSize(2);
    }

    /**
     * Whatever happens: members of one generation agree on it, survivors keep their order and come
     * first, the job is never too large; and a replica that is restored from a snapshot before
     * every event decides the same.
     */
    @ParameterizedTest
    @EnumSource(BelowMin.class)
    void shouldKeepItsRulesWhateverHappens(BelowMin belowMin) {
        for (long seed = System.nanoTime(), last = seed + 200; seed < last; seed++) {
            try {
                new Chaos(seed, new JobSize(3, 2, 5, belowMin)).run(300);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " " + belowMin, e);
            }
        }
    }

    private void join(int worker, long nowMs, long timeoutMs) {
        Workers.join(state, worker, nowMs, timeoutMs);
    }

    /** Random processes that join, regroup, accuse, leave, are lost and come back. */
    private static final class Chaos {
        private final Random random;
        private final JobSize size;
        private final Told told = new Told();
        private final Told replicaTold = new Told();
        private final MembershipState state = new MembershipState(told);
        private final long[] sessions = new long[PROCESSES]; // by worker; 0: none
        private final int[] pids = new int[PROCESSES]; // by worker; of its newest process
        private long nextSession = 1;
        private long nowMs;

        Chaos(long seed, JobSize size) {
            random = new Random(seed);
            this.size = size;
        }

        void run(int events) {
            for (int i = 0; i < events; i++) {
                nowMs += random.nextInt(40);
                MembershipState replica = restored();
                int worker = random.nextInt(PROCESSES);
                int event = random.nextInt(20);
                long other = nextSession + 1_000;
                OptionalInt suspect =
                        random.nextInt(3) == 0 ? suspect(worker) : OptionalInt.empty();
                View view = told.views.get(sessions[worker]);
                int known = view == null ? -1 : view.generation();
                for (MembershipState each : List.of(state, replica)) {
                    apply(each, event, worker, known, suspect, other);
                }
                settle(event, worker, other);
                assertThat(replicaTold.events).isEqualTo(told.events);
                told.events.clear();
                replicaTold.events.clear();
            }
            assertGenerations();
        }

        private OptionalInt suspect(int worker) {
            View view = told.views.get(sessions[worker]);
            return view == null
                    ? OptionalInt.empty()
                    : OptionalInt.of(random.nextInt(view.members().size()));
        }

        private MembershipState restored() {
            ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
            state.save(buffer);
            MembershipState replica = new MembershipState(replicaTold);
            replica.restore(buffer);
            assertThat(replica.generation()).isEqualTo(state.generation());
            assertThat(replica.empty()).isEqualTo(state.empty());
            assertThat(replica.nextDeadlineMs(nowMs)).isEqualTo(state.nextDeadlineMs(nowMs));
            return replica;
        }

        private void apply(
                MembershipState to,
                int event,
                int worker,
                int known,
                OptionalInt suspect,
                long other) {
            long session = sessions[worker];
            Standing standing =
                    new Standing(
                            "worker " + worker, "here", pids[worker], "f", Endpoint.NONE, known);
            if (event < 13 || session == 0) {
                long from = session == 0 ? nextSession : session;
                to.regroup(from, from, size, known, standing, suspect, 200, nowMs);
            } else if (event == 13) {
                to.lost(session, "gone", nowMs);
            } else if (event == 14) {
                to.leave(session, nowMs);
            } else if (event == 15) {
                to.silent(session, nowMs);
            } else if (event == 16) {
                to.resume(session, other, standing);
            } else if (event == 17) {
                to.ask(session, known, standing);
            } else {
                to.tick(nowMs);
            }
        }

        private void settle(int event, int worker, long other) {
            long session = sessions[worker];
            if (session == 0) {
                sessions[worker] = nextSession++;
            } else if (event == 13 || event == 14) {
                sessions[worker] = 0;
                pids[worker]++;
            } else if (event == 16) {
                nextSession = other + 1;
                sessions[worker] = other;
                if (told.views.containsKey(session)) {
                    told.views.put(other, told.views.get(session));
                }
            }
            for (int i = 0; i < PROCESSES; i++) {
                if (told.refused.contains(sessions[i])) {
                    sessions[i] = 0;
                    pids[i]++;
                }
            }
        }

        private void assertGenerations() {
            assertThat(told.generations.size()).isGreaterThan(3);
            for (int generation = 0; generation < told.generations.size(); generation++) {
                List<String> names = names(generation);
                assertThat(names).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(size.max());
                if (generation == 0) {
                    assertThat(names).hasSizeGreaterThanOrEqualTo(size.min());
                }
                if (generation > 0) {
                    assertSurvivorsFirst(processes(generation - 1), processes(generation));
                }
            }
        }

        /** A name with a process id is one process: a restarted worker is a newcomer. */
        private static void assertSurvivorsFirst(List<String> before, List<String> after) {
            List<String> survivors = before.stream().filter(after::contains).toList();
            assertThat(after.subList(0, survivors.size())).isEqualTo(survivors);
        }

        private List<String> processes(int generation) {
            return told.generations.get(generation).stream().map(Standing::toString).toList();
        }

        private List<String> names(int generation) {
            return told.generations.get(generation).stream().map(Standing::name).toList();
        }
    }
}
