package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jft.cluster.collective.Collective;
import org.jft.train.optimizer.Blocks;

/**
 * Gradients and loss, summed over the micro batches of a worker and then over the workers. Where
 * there is more than one of either, in a vector of its own, with the loss behind the gradients, and
 * how many workers are to leave, so that one exchange carries all:
 *
 * <pre>
 *  0                         length       length + 1    length + 2
 *  +-------------------------+------------+-------------+
 *  | gradients, flat f32 ... | loss f32   | leaving f32 |
 *  +-------------------------+------------+-------------+
 * </pre>
 *
 * A single micro batch on a single worker is its own sum: nothing is allocated, nothing copied.
 */
final class GradientSum {
    private final FloatBuffer ofMicroBatch;
    private final int length;
    private final Blocks blocks;
    private final FloatBuffer vector; // null when there is nothing to add
    private double loss;
    private boolean leaving;

    /**
     * @param ofMicroBatch the engine's gradients, rewritten by each backward pass
     * @param terms micro batches of a step over all workers
     */
    GradientSum(FloatBuffer ofMicroBatch, int terms, Blocks blocks) {
        this.ofMicroBatch = ofMicroBatch.duplicate();
        this.length = ofMicroBatch.remaining();
        this.blocks = blocks;
        vector =
                terms == 1
                        ? null
                        : ByteBuffer.allocateDirect(Float.BYTES * (length + 2))
                                .order(ByteOrder.nativeOrder())
                                .asFloatBuffer();
    }

    /** Starts a step with the micro batch that has just gone backward. */
    void set(double microLoss) {
        loss = microLoss;
        if (vector != null) {
            blocks.forEach(
                    Blocks.count(length),
                    (block, arrays) -> {
                        int from = block * Blocks.SIZE;
                        vector.put(from, ofMicroBatch, from, count(from));
                    });
        }
    }

    /** Adds a further micro batch. */
    void add(double microLoss) {
        loss += microLoss;
        blocks.forEach(
                Blocks.count(length),
                (block, arrays) -> {
                    int from = block * Blocks.SIZE;
                    int count = count(from);
                    float[] sum = arrays[0];
                    float[] term = arrays[1];
                    vector.get(from, sum, 0, count);
                    ofMicroBatch.get(from, term, 0, count);
                    for (int i = 0; i < count; i++) {
                        sum[i] += term[i];
                    }
                    vector.put(from, sum, 0, count);
                });
    }

    private int count(int from) {
        return Math.min(Blocks.SIZE, length - from);
    }

    /**
     * Sums over the workers.
     *
     * @param toLeave whether this worker is to leave behind this step
     */
    void reduce(Collective collective, boolean toLeave) {
        leaving = toLeave;
        if (vector != null) {
            vector.put(length, (float) loss);
            vector.put(length + 1, toLeave ? 1 : 0);
            collective.allReduce(vector);
            loss = vector.get(length);
            leaving = vector.get(length + 1) > 0;
        }
    }

    /** Returns the summed gradients; other numbers may lie behind them. */
    FloatBuffer gradients() {
        return vector == null ? ofMicroBatch : vector;
    }

    /** Returns the sum of the losses. */
    double loss() {
        return loss;
    }

    /** Returns whether any worker is to leave. */
    boolean leaving() {
        return leaving;
    }
}
