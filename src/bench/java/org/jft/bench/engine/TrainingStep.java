package org.jft.bench.engine;

/** One competitor: a network with its workload, ready to be trained step by step. */
interface TrainingStep extends AutoCloseable {
    /**
     * Takes a whole step, from uint8 pixels to changed parameters and running statistics.
     *
     * @return the mean loss of a sample before the update
     */
    double step();

    @Override
    void close();
}
