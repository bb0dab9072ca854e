package org.jft.bench.engine;

/** One side: a network with its workload, ready to step again and again. */
interface TrainingStep extends AutoCloseable {
    /** Runs forward, loss and backward, and returns the mean loss of a sample. */
    double step();

    @Override
    void close();
}
