package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleWatchTest {
    private final IdleWatch watch = new IdleWatch(Duration.ofNanos(10), 0);

    @Test
    void shouldSayThatTheJobIsOverWhenNobodyIsThereForLongEnough() {
        watch.look(true, false, 5);
        watch.look(true, true, 6);
        assertThat(watch.expired(14)).isFalse();
        assertThat(watch.expired(15)).isTrue();
        assertThat(watch.jobIsOver()).isTrue();
    }

    @Test
    void shouldNotTakeTheLossOfTheOtherNodesForTheEndOfTheJob() {
        watch.look(true, false, 5);
        watch.look(false, true, 9); // whatever it believes
        assertThat(watch.expired(15)).isTrue();
        assertThat(watch.jobIsOver()).isFalse();
    }

    @Test
    void shouldKnowThatTheJobIsOverAlsoWhenTheOtherNodesHaveEndedFirst() {
        watch.look(true, true, 4);
        watch.look(false, true, 9);
        assertThat(watch.expired(10)).isTrue();
        assertThat(watch.jobIsOver()).isTrue();
    }

    @Test
    void shouldNotKnowThatAJobIsOverOfWhichItHasNeverHeard() {
        watch.look(false, true, 9);
        assertThat(watch.jobIsOver()).isFalse();
    }
}
