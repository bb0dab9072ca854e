package org.jft.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.cluster.membership.Workers.SIZE;
import static org.jft.cluster.membership.Workers.standing;

import java.util.OptionalInt;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.Standing;
import org.junit.jupiter.api.Test;

/** Members that were given up, or lost their connection, and come back with their state. */
class ReturningMembersTest {

    private final Told told = new Told();
    private final MembershipState state = new MembershipState(told);

    /** It was cut off from all of them, who trained on: nobody has gone on without them. */
    @Test
    void shouldTakeAllBackWithTheirStateWhenAllWereGivenUp() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        giveAllUp();
        for (int worker = 2; worker >= 0; worker--) {
            state.ask(10 + worker, 0, standing(worker, 40));
            assertThat(told.events)
                    .last()
                    .asString()
                    .startsWith((10 + worker) + " newcomers false");
            regroupAs(10 + worker, 0, worker);
        }
        assertThat(told.refused).isEmpty();
        assertThat(told.out).isEmpty();
        assertThat(told.views.get(12L).generation()).isEqualTo(1);
        assertThat(told.views.get(12L).self()).as("they keep their order").isEqualTo(2);
        assertThat(told.views.get(12L).stepsDone()).isEqualTo(40);
    }

    @Test
    void shouldNotWaitForMoreThanThereWereWhenAllAreBack() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        state.leave(2, 1);
        regroupAs(0, 0, 0);
        regroupAs(1, 0, 1);
        for (int worker = 0; worker < 2; worker++) {
            state.silent(worker, 10_000);
        }
        state.tick(10_000 + MembershipState.RETURN_MS);
        regroupAs(10, 1, 0);
        assertThat(told.views).doesNotContainKey(10L);
        regroupAs(11, 1, 1);
        assertThat(told.views.get(11L).generation()).isEqualTo(2);
    }

    @Test
    void shouldRefuseWhoComesBackWhenOthersHaveBegunAnew() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        giveAllUp();
        Standing anew = new Standing("worker 0", "here", 8, "f", Endpoint.NONE, 0);
        state.regroup(20, 20, SIZE, -1, anew, OptionalInt.empty(), 1_000, 30_000);

        regroupAs(10, 0, 0); // whom that one replaces
        regroupAs(11, 0, 1); // goes on with it
        assertThat(told.refused).containsExactly(10L);
        state.tick(31_000);
        assertThat(told.views.get(20L).generation()).isEqualTo(1);
        regroupAs(12, 0, 2); // comes too late

        assertThat(told.refused).containsExactly(10L, 12L);
    }

    /** A container's first process has the id 1, and a pod keeps its name. */
    @Test
    void shouldNotTakeNewProcessesForThoseThatWereGivenUp() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        state.leave(2, 1);
        regroupAs(0, 0, 0);
        regroupAs(1, 0, 1);
        assertThat(told.views.get(0L).members()).hasSize(2);
        state.lost(0, "gone", 10_000);
        state.lost(1, "gone", 10_000);

        joinAs(10, 0);
        joinAs(11, 1);
        assertThat(told.views).as("two of three").doesNotContainKey(10L);
        joinAs(12, 2);
        assertThat(told.views.get(10L).members()).hasSize(3);
    }

    /** Nothing has come to it under the session in between, so it names the one before. */
    @Test
    void shouldKnowAMemberThatCameBackAndLostItsConnectionOnceMore() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        giveAllUp();
        state.resume(2, 12, standing(2, 40));
        regroup(12, 2, 0, standing(2, 40));
        state.disconnected(12, 30_001);
        state.resume(2, 13, standing(2, 40));
        regroup(13, 2, 0, standing(2, 40));
        assertThat(told.refused).isEmpty();

        regroupAs(10, 0, 0);
        regroupAs(11, 0, 1);
        assertThat(told.views.get(13L).self()).isEqualTo(2);
        assertThat(told.refused).isEmpty();
    }

    private void giveAllUp() {
        for (int worker = 0; worker < 3; worker++) {
            state.silent(worker, 10_000);
        }
        state.tick(10_000 + MembershipState.RETURN_MS);
        assertThat(told.out).containsExactlyInAnyOrder("worker 0", "worker 1", "worker 2");
        assertThat(state.empty()).isTrue();
    }

    private void joinAs(long session, int worker) {
        regroup(session, session, -1, standing(worker, 0));
    }

    private void regroupAs(long session, int known, int worker) {
        regroup(session, session, known, standing(worker, 40));
    }

    private void regroup(long session, long heardUnder, int known, Standing standing) {
        state.regroup(
                session, heardUnder, SIZE, known, standing, OptionalInt.empty(), 1_000, 30_000);
    }

    /** What it said under the session in between may not have arrived, or not the answer. */
    @Test
    void shouldKnowAMemberAgainBySessionsThatItHasHeardUnder() {
        for (int worker = 0; worker < 3; worker++) {
            join(worker, 0, 1_000);
        }
        state.disconnected(1, 0);
        state.resume(
                1, 13, standing(1, 0)); // nothing has come under 12, nor will anything go there
        state.disconnected(13, 1);
        state.resume(1, 14, standing(1, 0));
        state.resume(1, 12, standing(1, 0)); // now it comes, too late
        state.tick(2 * MembershipState.RETURN_MS);

        assertThat(told.out).isEmpty();
        state.ask(14, 0, standing(1, 0));
        assertThat(told.events).last().isEqualTo("14 newcomers false");
    }

    private void join(int worker, long nowMs, long timeoutMs) {
        Workers.join(state, worker, nowMs, timeoutMs);
    }
}
