package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.membership.ExpelledException;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.ParameterLayout;
import org.junit.jupiter.api.Test;

/** What a worker makes of states that it gets, or does not get. */
class RunStateTest {
    private final Resume checkpoint = new Resume(4, 64, 10, 0.5);
    private final RunState state =
            new RunState(new NoModel(), () -> Optional.of(checkpoint), System.nanoTime());

    @Test
    void shouldTellThatACheckpointHasReplacedItsStateWhenTheGiverOfANewerOneWasLost() {
        assertThat(state.level(Collective.solo())).isTrue();
        state.advance(16, 0.4, 0.1);
        assertThat(state.stepsDone()).isEqualTo(5);
        assertThat(state.level(Collective.solo())).as("nothing new").isFalse();

        assertThatThrownBy(() -> state.level(new LostGiver(6)))
                .isInstanceOf(PeerLostException.class);
        assertThat(state.level(Collective.solo())).as("gradients are of another state").isTrue();
        assertThat(state.stepsDone()).isEqualTo(4);
        assertThat(state.samples()).isEqualTo(64);
        assertThat(state.level(Collective.solo())).isFalse();
    }

    @Test
    void shouldTellOfACheckpointAlsoWhenItCouldNotBeHandedOn() {
        assertThatThrownBy(() -> state.level(new LostGiver(RunState.NONE)))
                .isInstanceOf(PeerLostException.class);
        assertThat(state.stepsDone()).isEqualTo(4);
        assertThat(state.level(Collective.solo())).isTrue();
    }

    /** A newcomer that would begin from scratch is lost while it gives what it has drawn. */
    @Test
    void shouldNotTakeForADrawWhatIsPartlyOfALostState() {
        RunState torn = new RunState(new NoModel(), Optional::empty, System.nanoTime());
        for (long given : new long[] {6, RunState.NONE}) {
            assertThatThrownBy(() -> torn.level(new LostGiver(given, 0)))
                    .isInstanceOf(PeerLostException.class);
        }
        assertThatThrownBy(() -> torn.level(Collective.solo()))
                .isInstanceOf(ExpelledException.class)
                .hasMessageContaining("was given the state of one that was lost");
    }

    /** Rank 0 of two; the other, who is at a step, is lost as soon as states are exchanged. */
    private static final class LostGiver extends StandInCollective {
        private final long step;
        private final long origin;
        private int gathered;

        LostGiver(long step) {
            this(step, step);
        }

        /** Goes on from an origin if nobody is at a step. */
        LostGiver(long step, long origin) {
            this.step = step;
            this.origin = origin;
        }

        @Override
        public long[] allGather(long value) {
            if (gathered++ == 2) {
                throw new PeerLostException(1, "rank 1 is gone");
            }
            return new long[] {value, gathered == 2 && step < 0 ? origin : step};
        }
    }

    /** Has nothing to give and takes nothing. */
    private static final class NoModel implements TrainedModel {
        @Override
        public LocalStep step(
                Collective ranks, GradientExchange exchange, StepClock clock, boolean changes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FloatBuffer replicated() {
            return FloatBuffer.allocate(0);
        }

        @Override
        public ParameterLayout layout() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FloatBuffer parameters() {
            return FloatBuffer.allocate(0);
        }

        @Override
        public FloatBuffer optimizerState() {
            return FloatBuffer.allocate(0);
        }

        @Override
        public void gather(Collective ranks) {}

        @Override
        public void spread(Collective ranks, int root) {}

        @Override
        public Optional<LossScale> lossScale() {
            return Optional.empty();
        }

        @Override
        public void keep(LossScale scale) {}

        @Override
        public void close() {}
    }
}
