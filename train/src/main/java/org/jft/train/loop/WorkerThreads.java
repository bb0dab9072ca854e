package org.jft.train.loop;

import org.jft.core.config.RunConfig;
import org.jft.core.topology.Topology;
import org.jft.train.optimizer.Blocks;

/**
 * How many threads a worker uses for what, and those that must be started before its engine is: as
 * an engine's libraries load they may bind their thread to one core, which is then all that thread,
 * those it starts and Java's count of processors know of.
 *
 * @param compute of the engine and of the flat vectors
 * @param decoding of images
 * @param blocks work on the flat vectors
 * @param exchange sums gradients over the workers
 * @param free starts the others
 */
record WorkerThreads(
        int compute, int decoding, Blocks blocks, GradientExchange exchange, FreeThread free)
        implements AutoCloseable {
    /** Counts and starts. */
    static WorkerThreads start(RunConfig config, Topology at) {
        int compute = share(config.engine().threads(), at);
        int decoding = share(config.data().loader().threads(), at);
        return new WorkerThreads(
                compute, decoding, new Blocks(compute), new GradientExchange(), new FreeThread());
    }

    /** Returns the threads asked for, else this worker's share of the cores. */
    static int share(int asked, Topology at) {
        int cores = Runtime.getRuntime().availableProcessors();
        return asked > 0 ? asked : Math.max(1, cores / at.worldSize());
    }

    @Override
    public void close() {
        exchange.close();
        blocks.close();
        free.close();
    }
}
