package org.jft.train.loop;

import java.nio.FloatBuffer;
import org.jft.cluster.collective.Collective;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.StatisticsExchange;
import org.jft.core.topology.Topology;

/**
 * Statistics of batch norms over the workers of a run, between the buckets of the gradient that is
 * under way: behind those that were given before, ahead of those that follow. So all workers, whose
 * engines do the same, use the collective in the same order, one thread at a time.
 */
final class NormExchange implements StatisticsExchange {
    private final Collective ranks;
    private final GradientExchange gradients;
    private final StepClock clock;

    /**
     * Describes.
     *
     * @param gradients who may have the collective meanwhile
     * @param clock learns how long the others were waited for
     */
    private NormExchange(Collective ranks, GradientExchange gradients, StepClock clock) {
        this.ranks = ranks;
        this.gradients = gradients;
        this.clock = clock;
    }

    /** Lets the batch norms of an engine be over all ranks, if the config says so. */
    static void share(
            RunConfig config,
            Engine engine,
            Collective ranks,
            GradientExchange gradients,
            StepClock clock) {
        if (config.model().syncBatchNorm() && ranks.topology().worldSize() > 1) {
            engine.shareStatistics(new NormExchange(ranks, gradients, clock));
        }
    }

    @Override
    public Topology topology() {
        return ranks.topology();
    }

    @Override
    public void allGather(FloatBuffer all) {
        long startNs = System.nanoTime();
        gradients.awaitParts();
        int width = all.remaining() / topology().worldSize();
        ranks.allGather(all.slice(all.position() + topology().rank() * width, width), all);
        clock.bookWait(System.nanoTime() - startNs);
    }
}
