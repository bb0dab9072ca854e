package org.jft.train.sharding;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Bytes that a worker sends in a step, by formula: a ring passes on (N-1)/N of a vector to gather
 * or to scatter it, and twice that to sum it. Without the headers of frames and without labels, 4
 * bytes a sample and 8 a label, which each rank sends N-1 times.
 *
 * @param workers N
 * @param trunk parameters of the network without its head
 * @param head parameters of the head, F + 1 a class
 * @param width F, features of a sample
 * @param globalBatch samples of a step over all workers
 * @param microBatch samples of one pass of one worker
 * @param told numbers that a slice tells of each sample: 2 with a softmax, else 0
 * @param wireBytes of a float where vectors are summed; those that are only moved travel as float32
 */
public record HeadTraffic(
        int workers,
        long trunk,
        long head,
        int width,
        int globalBatch,
        int microBatch,
        int told,
        int wireBytes) {
    public HeadTraffic {
        checkArgument(workers > 0, "workers must be positive: %s", workers);
    }

    /** Returns the bytes when each worker has the whole head: the sum of all gradients. */
    public double dense() {
        return 2 * passedOn(wireBytes * (double) (trunk + head));
    }

    /**
     * Returns the bytes when the classes are dealt out: the sum of the trunk's gradients, and each
     * sample's features out and their gradients back. Against the dense head's part the features'
     * is about globalBatch / classes, on any number of workers.
     */
    public double sharded() {
        double features = (double) globalBatch * width;
        double rounds = (double) globalBatch / microBatch / workers;
        double summaries = (double) Float.BYTES * told * workers * workers * microBatch;
        return 2 * passedOn(wireBytes * (double) trunk)
                + passedOn(Float.BYTES * features)
                + passedOn(wireBytes * features)
                + rounds * passedOn(summaries);
    }

    private double passedOn(double bytes) {
        return bytes * (workers - 1) / workers;
    }
}
