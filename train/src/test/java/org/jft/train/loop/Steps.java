package org.jft.train.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jft.core.topology.Topology;

/** What a worker saw of the run. */
final class Steps implements Cadence {
    final List<Long> done = new ArrayList<>();
    final List<Long> kept = new ArrayList<>();
    int checkpoints;
    int alone;
    boolean keptAlone = true;
    private boolean leads;
    private long leaveBehind = Long.MAX_VALUE;
    private boolean leaveBehindCheckpoint;
    private long pauseMs;
    private final Map<Long, Runnable> actions = new HashMap<>();
    private final Map<Long, Double> rates;

    Steps() {
        this(new ConcurrentSkipListMap<>());
    }

    Steps(Map<Long, Double> rates) {
        this.rates = rates;
    }

    void at(long step, Runnable action) {
        actions.put(step, action);
    }

    void pause(long millis) {
        pauseMs = millis;
    }

    void leaveBehindCheckpoint() {
        leaveBehindCheckpoint = true;
    }

    void leaveBehind(long step) {
        leaveBehind = step;
    }

    @Override
    public void joined(Topology at) {
        leads = at.leads();
    }

    @Override
    public void after(long step, double loss, double rate, StepClock clock, Guard guard) {
        done.add(step);
        rates.put(step, rate);
        actions.getOrDefault(step, () -> {}).run();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMs));
    }

    @Override
    public boolean toldToLeave() {
        return !done.isEmpty() && done.get(done.size() - 1) >= leaveBehind
                || leaveBehindCheckpoint && checkpoints > 0;
    }

    @Override
    public void keepAt(long step) {
        kept.add(step);
    }

    @Override
    public boolean checkpointAlone() {
        alone++;
        return keptAlone;
    }

    @Override
    public void checkpoint() {
        checkpoints += leads ? 1 : 0;
    }
}
