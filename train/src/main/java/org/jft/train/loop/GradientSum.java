package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jft.cluster.collective.Collective;
import org.jft.train.optimizer.Blocks;

/**
 * Gradients, summed over the micro batches of a worker and then over the workers. Copies as little
 * as it can: a single micro batch of a worker stays where the engine has put it, and on a single
 * worker is the sum itself.
 *
 * <p>With {@code keeps} this worker's part of a step stays as it is until the next step begins: if
 * the workers do not get through their sum, those who remain can sum again.
 */
final class GradientSum {
    private final FloatBuffer ofMicroBatch;
    private final int length;
    private final Blocks blocks;
    private final boolean keeps;
    private FloatBuffer ofWorker; // null until a worker has other than one micro batch
    private FloatBuffer ofAll; // null until workers are summed elsewhere
    private FloatBuffer gradients;
    private int microBatches;

    /**
     * Describes.
     *
     * @param ofMicroBatch the engine's gradients, rewritten by each pass
     * @param keeps whether a step may be reduced again; takes another vector where a worker has
     *     several micro batches
     */
    GradientSum(FloatBuffer ofMicroBatch, Blocks blocks, boolean keeps) {
        this.ofMicroBatch = ofMicroBatch.duplicate();
        this.length = ofMicroBatch.remaining();
        this.blocks = blocks;
        this.keeps = keeps;
    }

    /** Starts a step. */
    void begin() {
        microBatches = 0;
    }

    /** Called before the engine's next pass, which rewrites its gradients. */
    void beforePass() {
        if (microBatches == 1) {
            makeOfWorker();
            blocks.forEach(
                    Blocks.count(length),
                    (block, arrays) -> {
                        int from = block * Blocks.SIZE;
                        ofWorker.put(from, ofMicroBatch, from, count(from));
                    });
        }
    }

    /** Adds the micro batch that has just gone backward. */
    void add() {
        microBatches++;
        if (microBatches > 1) {
            blocks.forEach(Blocks.count(length), this::add);
        }
    }

    private void add(int block, float[][] arrays) {
        int from = block * Blocks.SIZE;
        int count = count(from);
        float[] sum = arrays[0];
        float[] term = arrays[1];
        ofWorker.get(from, sum, 0, count);
        ofMicroBatch.get(from, term, 0, count);
        for (int i = 0; i < count; i++) {
            sum[i] += term[i];
        }
        ofWorker.put(from, sum, 0, count);
    }

    private int count(int from) {
        return Math.min(Blocks.SIZE, length - from);
    }

    /** Sums over the workers; with {@code keeps} as often as need be. */
    void reduce(Collective collective) {
        FloatBuffer source = ofThisWorker();
        gradients = source;
        if (collective.topology().worldSize() > 1) {
            gradients = target();
            collective.allReduce(source, gradients);
        }
    }

    private FloatBuffer ofThisWorker() {
        if (microBatches == 1) {
            return ofMicroBatch;
        }
        makeOfWorker();
        if (microBatches == 0) {
            for (int i = 0; i < length; i++) {
                ofWorker.put(i, 0);
            }
        }
        return ofWorker;
    }

    private FloatBuffer target() {
        if (microBatches != 1 && !keeps) {
            return ofWorker;
        }
        ofAll = ofAll == null ? vector() : ofAll;
        return ofAll;
    }

    private void makeOfWorker() {
        ofWorker = ofWorker == null ? vector() : ofWorker;
    }

    private FloatBuffer vector() {
        return ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, length))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Returns the sum; valid from {@link #reduce} until the next step begins. */
    FloatBuffer gradients() {
        return gradients;
    }
}
