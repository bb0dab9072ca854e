package org.jft.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jft.cluster.membership.JobSize.BelowMin;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.Standing;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every {@link Membership} does. */
public abstract class MembershipContract {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final long DEADLINE_S = 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Membership> opened = new ArrayList<>();

    /** Begins a job; called once, before the first {@link #connect}. */
    protected abstract void begin(JobSize size);

    /** Returns the door of one more process. */
    protected abstract Membership connect();

    @AfterEach
    void closeAll() {
        threads.shutdownNow();
        opened.forEach(Membership::close);
    }

    @Test
    void shouldFormTheFirstGenerationWhenAllInitialWorkersCame() throws Exception {
        begin(new JobSize(3, 1, 3, BelowMin.STOP));
        // Whoever comes first: ranks follow the names, as launchers count.
        Future<View> ten = regroup(open(), standing("worker 10", 0));
        Future<View> two = regroup(open(), standing("worker 2", 0));
        assertStillWaits(ten);
        assertStillWaits(two);

        Future<View> zero = regroup(open(), standing("worker 0", 0));

        assertThat(names(get(zero))).containsExactly("worker 0", "worker 2", "worker 10");
        assertThat(get(zero).self()).isZero();
        assertThat(get(two).self()).isEqualTo(1);
        assertThat(get(ten).self()).isEqualTo(2);
        assertThat(get(ten).generation()).isZero();
        assertThat(get(ten).members()).isEqualTo(get(zero).members());
    }

    @Test
    void shouldCarryAllThatAMemberSaysOfItself() throws Exception {
        begin(new JobSize(2, 1, 2, BelowMin.STOP));
        Standing zero = standing("worker 0", 7);
        Standing one =
                new Standing(
                        "Arbeiter 1 \u2603",
                        "node-7.example",
                        4711L << 32,
                        "f",
                        new Endpoint("10.0.0.1", 29_500, List.of(29_501, 29_503), 8_960),
                        Standing.NEWCOMER);
        Future<View> waiting = regroup(open(), zero);

        View view = get(regroup(open(), one));

        assertThat(view.members()).containsExactly(zero, one);
        assertThat(view.stepsDone()).isEqualTo(7);
        assertThat(get(waiting).members()).containsExactly(zero, one);
    }

    @Test
    void shouldBeginWithFewerWhenTheOthersDoNotComeInTime() throws Exception {
        begin(new JobSize(3, 2, 3, BelowMin.STOP));
        Future<View> zero = regroup(open(), standing("worker 0", 0), SHORT);
        Future<View> one = regroup(open(), standing("worker 1", 0), LONG);

        assertThat(names(get(zero))).containsExactly("worker 0", "worker 1");
        assertThat(names(get(one))).containsExactly("worker 0", "worker 1");
    }

    @Test
    void shouldNotBeginWithFewerThanTheLeastNumber() {
        begin(new JobSize(3, 2, 3, BelowMin.STOP));

        assertThatThrownBy(() -> get(regroup(open(), standing("worker 0", 0), SHORT)))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("needs 2 workers")
                .hasMessageContaining("worker 0 (pid 1 on here)");
    }

    @Test
    void shouldTellAllWhoWasLost() throws Exception {
        List<Membership> members = started(3, new JobSize(3, 1, 3, BelowMin.STOP));
        assertThat(members.get(0).ended()).isEmpty();

        members.get(1).close();

        for (int survivor : new int[] {0, 2}) {
            await(() -> members.get(survivor).ended().isPresent());
            assertThat(members.get(survivor).ended().orElseThrow())
                    .contains("worker 1 (pid 1 on here) is lost");
        }
    }

    @Test
    void shouldKeepTheOrderOfSurvivorsAndPutNewcomersLast() throws Exception {
        List<Membership> members = started(3, new JobSize(3, 1, 4, BelowMin.STOP));
        Membership newcomer = open();
        Future<View> joined = regroup(newcomer, standing("a newcomer", Standing.NEWCOMER));
        await(() -> members.get(0).newcomersWait() && members.get(2).newcomersWait());
        assertStillWaits(joined);
        members.get(0).close();

        Future<View> two = regroup(members.get(2), standing("worker 2", 5));
        assertStillWaits(two);
        Future<View> one = regroup(members.get(1), standing("worker 1", 4));

        assertThat(names(get(one))).containsExactly("worker 1", "worker 2", "a newcomer");
        assertThat(get(two).members()).isEqualTo(get(one).members());
        assertThat(get(joined).self()).isEqualTo(2);
        assertThat(get(two).generation()).isEqualTo(1);
        assertThat(get(two).stepsDone()).isEqualTo(5);
        assertThat(members.get(1).ended()).isEmpty();
        assertThat(members.get(1).newcomersWait()).isFalse();
    }

    @Test
    void shouldEndTheGenerationWhenAMemberRegroups() throws Exception {
        List<Membership> members = started(2, new JobSize(2, 1, 2, BelowMin.STOP));

        Future<View> zero = regroup(members.get(0), standing("worker 0", 3));

        await(() -> members.get(1).ended().isPresent());
        assertThat(members.get(1).ended().orElseThrow()).contains("worker 0", "regroups");
        Future<View> one = regroup(members.get(1), standing("worker 1", 3));
        assertThat(get(zero).members()).hasSize(2);
        assertThat(get(one).generation()).isEqualTo(1);
    }

    @Test
    void shouldNotMissALeaver() throws Exception {
        List<Membership> members = started(3, new JobSize(3, 1, 3, BelowMin.STOP));

        members.get(1).leave();
        members.get(1).close();

        Thread.sleep(300);
        assertThat(members.get(0).ended()).isEmpty();
        Future<View> zero = regroup(members.get(0), standing("worker 0", 9));
        Future<View> two = regroup(members.get(2), standing("worker 2", 9));
        assertThat(names(get(zero))).containsExactly("worker 0", "worker 2");
        assertThat(get(two).self()).isEqualTo(1);
    }

    @Test
    void shouldPutOutWhoDoesNotRegroupThoughItLives() throws Exception {
        List<Membership> members = started(3, new JobSize(3, 1, 3, BelowMin.STOP));

        Future<View> zero = regroup(members.get(0), standing("worker 0", 2), SHORT);
        Future<View> two = regroup(members.get(2), standing("worker 2", 2), LONG);

        assertThat(names(get(zero))).containsExactly("worker 0", "worker 2");
        assertThat(names(get(two))).containsExactly("worker 0", "worker 2");
        assertThatThrownBy(() -> get(regroup(members.get(1), standing("worker 1", 2))))
                .isInstanceOf(ExpelledException.class)
                .hasMessageContaining("without worker 1 (pid 1 on here)")
                .hasMessageContaining("did not regroup in time");
    }

    @Test
    void shouldPutOutWhoIsSuspectedAgainAndAgain() throws Exception {
        List<Membership> members = started(3, new JobSize(3, 1, 3, BelowMin.STOP));
        for (int round = 1; round < MembershipState.MAX_STRIKES; round++) {
            List<Future<View>> views = regroupAll(members, round, 0);
            assertThat(names(get(views.get(0)))).hasSize(3);
            get(views.get(1));
            get(views.get(2));
        }

        List<Future<View>> views = regroupAll(members, MembershipState.MAX_STRIKES, 0);

        assertThatThrownBy(() -> get(views.get(0)))
                .isInstanceOf(ExpelledException.class)
                .hasMessageContaining("could not be reached by worker 1 (pid 1 on here)");
        assertThat(names(get(views.get(1)))).containsExactly("worker 1", "worker 2");
        assertThat(names(get(views.get(2)))).containsExactly("worker 1", "worker 2");
    }

    @Test
    void shouldNotBeginWithWorkersOfWhomOneIsToDoSomethingElse() throws Exception {
        begin(new JobSize(2, 1, 3, BelowMin.STOP));
        Future<View> one = regroup(open(), standing("worker 0", 0));
        Standing other = new Standing("worker 1", "there", 9, "g", Endpoint.NONE, 0);
        Future<View> two = regroup(open(), other);

        await(() -> one.isDone() || two.isDone());
        Future<View> refused = one.isDone() ? one : two; // who comes second
        assertThatThrownBy(() -> get(refused))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        refused == two
                                ? "worker 1 (pid 9 on there) does not fit in: it has g, but worker 0 (pid 1 on here) has f"
                                : "worker 0 (pid 1 on here) does not fit in: it has f, but worker 1 (pid 9 on there) has g");
    }

    @Test
    void shouldGoOnWithoutANewcomerWhoHasOtherCodeOrData() throws Exception {
        begin(new JobSize(1, 1, 3, BelowMin.STOP));
        Membership member = open();
        get(regroup(member, fingerprinted("worker 0", "config 1, data 2, code 3, tcp")));

        assertThatThrownBy(
                        () ->
                                get(
                                        regroup(
                                                open(),
                                                fingerprinted(
                                                        "worker 1",
                                                        "config 1, data 5, code 6, tcp"))))
                .isNotInstanceOf(ConfigException.class) // which would end the whole job
                .isInstanceOf(JftException.class)
                .hasMessage(
                        "worker 1 (pid 1 on here) does not fit in: it has data 5, code 6, but worker 0 (pid 1 on here) has data 2, code 3");
        assertThat(member.newcomersWait()).isFalse();
        assertThat(member.ended()).isEmpty();
    }

    private static Standing fingerprinted(String name, String fingerprint) {
        return new Standing(name, "here", 1, fingerprint, Endpoint.NONE, 0);
    }

    @Test
    void shouldRefuseMoreThanTheJobTakes() throws Exception {
        started(2, new JobSize(2, 1, 2, BelowMin.STOP));

        assertThatThrownBy(() -> get(regroup(open(), standing("worker 2", 0))))
                .isInstanceOf(JftException.class)
                .hasMessage("worker 2 (pid 1 on here) is one too many: the job takes 2 workers");
    }

    @Test
    void shouldLetAReplacementInWhenItsPredecessorIsLost() throws Exception {
        List<Membership> members = started(2, new JobSize(2, 1, 2, BelowMin.STOP));
        Future<View> replacement = regroup(open(), standing("worker 1", Standing.NEWCOMER));
        assertStillWaits(replacement);
        assertThat(members.get(0).newcomersWait()).isFalse();

        members.get(1).close();
        await(() -> members.get(0).ended().isPresent());
        Future<View> zero = regroup(members.get(0), standing("worker 0", 1));

        assertThat(names(get(zero))).containsExactly("worker 0", "worker 1");
        assertThat(get(replacement).self()).isEqualTo(1);
    }

    /** Whether they end or wait for newcomers in it: they may write a checkpoint first. */
    @ParameterizedTest
    @EnumSource(BelowMin.class)
    void shouldFormAGenerationOfTooFewWhoAreLeft(BelowMin belowMin) throws Exception {
        List<Membership> members = started(2, new JobSize(2, 2, 2, belowMin));
        members.get(1).close();

        assertThat(names(get(regroup(members.get(0), standing("worker 0", 1)))))
                .containsExactly("worker 0");

        Future<View> newcomer = regroup(open(), standing("worker 1", Standing.NEWCOMER));
        await(() -> members.get(0).newcomersWait());
        Future<View> zero = regroup(members.get(0), standing("worker 0", 1));
        assertThat(names(get(zero))).containsExactly("worker 0", "worker 1");
        assertThat(get(newcomer).self()).isEqualTo(1);
    }

    @Test
    void shouldWaitForMoreWhenTooFewComeToBegin() throws Exception {
        begin(new JobSize(2, 2, 2, BelowMin.WAIT));
        Future<View> zero = regroup(open(), standing("worker 0", 0), SHORT);
        Thread.sleep(2 * SHORT.toMillis());
        assertStillWaits(zero);

        regroup(open(), standing("worker 1", 0));

        assertThat(names(get(zero))).containsExactly("worker 0", "worker 1");
    }

    @Test
    void shouldGatherAnewWhenAllAreGone() throws Exception {
        List<Membership> members = started(2, new JobSize(2, 2, 2, BelowMin.STOP));
        members.forEach(Membership::close);

        Future<View> one = regroup(open(), standing("worker 1", 4));
        assertStillWaits(one);
        Future<View> zero = regroup(open(), standing("worker 0", 4));

        assertThat(names(get(one))).containsExactly("worker 0", "worker 1");
        assertThat(get(zero).generation()).isEqualTo(1);
    }

    protected final Membership open() {
        Membership membership = connect();
        opened.add(membership);
        return membership;
    }

    /** Returns the members of a first generation, by rank. */
    protected final List<Membership> started(int count, JobSize size) throws Exception {
        begin(size);
        return started(count);
    }

    /** Returns the same of a job that has begun. */
    protected final List<Membership> started(int count) throws Exception {
        List<Membership> members = new ArrayList<>();
        List<Future<View>> views = new ArrayList<>();
        for (int rank = 0; rank < count; rank++) {
            members.add(open());
            views.add(regroup(members.get(rank), standing("worker " + rank, 0)));
        }
        for (Future<View> view : views) {
            get(view);
        }
        return members;
    }

    private List<Future<View>> regroupAll(List<Membership> members, long stepsDone, int suspect) {
        List<Future<View>> views = new ArrayList<>();
        for (int rank = 0; rank < members.size(); rank++) {
            Membership member = members.get(rank);
            Standing standing = standing("worker " + rank, stepsDone);
            OptionalInt accused = rank == suspect ? OptionalInt.empty() : OptionalInt.of(suspect);
            views.add(threads.submit(() -> member.regroup(standing, accused, LONG)));
        }
        return views;
    }

    protected final Future<View> regroup(Membership member, Standing standing) {
        return regroup(member, standing, LONG);
    }

    protected final Future<View> regroup(Membership member, Standing standing, Duration timeout) {
        return threads.submit(() -> member.regroup(standing, OptionalInt.empty(), timeout));
    }

    protected static Standing standing(String name, long stepsDone) {
        return new Standing(name, "here", 1, "f", Endpoint.NONE, stepsDone);
    }

    protected static List<String> names(View view) {
        return view.members().stream().map(Standing::name).toList();
    }

    /** Returns a result, or throws what its thread has thrown. */
    protected static View get(Future<View> view) throws Exception {
        try {
            return view.get(DEADLINE_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void assertStillWaits(Future<View> view) throws InterruptedException {
        Thread.sleep(100);
        assertThat(view).isNotDone();
    }

    protected static void await(BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadlineNs);
            Thread.sleep(5);
        }
    }
}
