package org.jft.cluster.launch;

import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.core.failure.JftException;

/** Workers that start together and stay. */
final class FixedTeam implements Team {
    private final Collective ranks;

    FixedTeam(Collective ranks) {
        this.ranks = ranks;
    }

    @Override
    public boolean changes() {
        return false;
    }

    @Override
    public Collective meet(long stepsDone, Optional<JftException> end) {
        return ranks;
    }

    @Override
    public boolean outlives(JftException failure) {
        return false;
    }

    @Override
    public boolean newcomersWait() {
        return false;
    }

    @Override
    public boolean canMeet() {
        return true;
    }

    @Override
    public void hurry() {}

    @Override
    public int generation() {
        return 0;
    }

    @Override
    public String generationName() {
        return "the only generation";
    }

    @Override
    public void leave() {}

    @Override
    public void close() {
        ranks.close();
    }
}
