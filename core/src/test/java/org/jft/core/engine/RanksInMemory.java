package org.jft.core.engine;

import java.nio.FloatBuffer;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jft.core.topology.Topology;

/** Ranks that are threads of one process, each with an engine of its own. */
public final class RanksInMemory {
    private final CyclicBarrier meeting;
    private float[] table = new float[0]; // of the exchange under way

    public RanksInMemory(int count) {
        meeting = new CyclicBarrier(count);
    }

    /** Returns what one of them exchanges statistics by; waits at most a minute for the others. */
    public StatisticsExchange exchange(int rank) {
        Topology at = new Topology(rank, meeting.getParties());
        return new StatisticsExchange() {
            @Override
            public Topology topology() {
                return at;
            }

            @Override
            public void allGather(FloatBuffer all) {
                int width = all.remaining() / at.worldSize();
                synchronized (RanksInMemory.this) {
                    if (table.length != all.remaining()) {
                        table = new float[all.remaining()];
                    }
                    all.get(all.position() + rank * width, table, rank * width, width);
                }
                meet();
                all.put(all.position(), table);
                meet();
            }
        };
    }

    private void meet() {
        try {
            meeting.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("a rank has not come", e);
        }
    }
}
