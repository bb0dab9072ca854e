package org.jft.cluster.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleWatchTest {
    private final IdleWatch watch = new IdleWatch(Duration.ofNanos(100), Duration.ofNanos(10), 0);

    @Test
    void shouldSayThatTheJobIsOverWhenNobodyIsThereForLongEnough() {
        watch.look(true, false, 5);
        watch.look(true, true, 6);
        assertThat(watch.expired(14)).isFalse();
        assertThat(watch.expired(15)).isTrue();
        assertThat(watch.jobIsOver()).isTrue();
    }

    @Test
    void shouldWaitLongerForWorkersToComeAtFirstThanToComeBack() {
        watch.look(true, true, 98);
        assertThat(watch.expired(99)).isFalse();
        watch.look(true, false, 99);
        watch.look(true, true, 100);
        assertThat(watch.expired(108)).isFalse();
        assertThat(watch.expired(109)).isTrue();
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
        assertThat(watch.expired(100)).isTrue();
        assertThat(watch.jobIsOver()).isTrue();
    }

    @Test
    void shouldNotKnowThatAJobIsOverOfWhichItHasNeverHeard() {
        watch.look(false, true, 9);
        assertThat(watch.jobIsOver()).isFalse();
    }
}
