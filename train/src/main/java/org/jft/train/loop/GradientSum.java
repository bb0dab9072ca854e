package org.jft.train.loop;

import static com.google.common.base.Preconditions.checkState;

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
 * <p>Workers are summed bucket by bucket, always the same ones in the same order. If it is told
 * before a micro batch that this is the last, a bucket goes on its way as soon as backward has
 * finished it: the sum has the same bits, sooner.
 *
 * <p>With {@code keeps} this worker's part of a step stays as it is until the next step begins: if
 * the workers do not get through their sum, those who remain can sum again.
 */
final class GradientSum {
    private final FloatBuffer ofMicroBatch;
    private final int length;
    private final Blocks blocks;
    private final Buckets buckets;
    private final GradientExchange exchange;
    private final boolean keeps;
    private FloatBuffer ofWorker; // null until a worker has other than one micro batch
    private FloatBuffer ofAll; // null until workers are summed elsewhere
    private FloatBuffer gradients;
    private int microBatches;
    private boolean last; // the micro batch under way is
    private final int[] missing; // floats of each bucket that backward has not finished
    private int next; // bucket to go on its way

    /**
     * Describes.
     *
     * @param ofMicroBatch the engine's gradients, rewritten by each pass
     * @param exchange sums over the workers; stays the caller's
     * @param keeps whether a step may be reduced again; takes another vector where a worker has
     *     several micro batches
     */
    GradientSum(
            FloatBuffer ofMicroBatch,
            Blocks blocks,
            Buckets buckets,
            GradientExchange exchange,
            boolean keeps) {
        this.ofMicroBatch = ofMicroBatch.duplicate();
        this.length = ofMicroBatch.remaining();
        this.blocks = blocks;
        this.buckets = buckets;
        this.exchange = exchange;
        this.keeps = keeps;
        missing = new int[buckets.count()];
    }

    /** Starts a step. */
    void begin() {
        microBatches = 0;
        last = false;
    }

    /**
     * Says that the next micro batch is the last before {@link #reduce} over these workers, whose
     * exchange {@link #finished} may start.
     */
    void lastComes(Collective collective) {
        if (collective.topology().worldSize() > 1) {
            last = true;
            for (int bucket = 0; bucket < missing.length; bucket++) {
                missing[bucket] = buckets.to(bucket) - buckets.from(bucket);
            }
            next = 0;
            exchange.begin(collective);
        }
    }

    /** Called before the engine's next pass, which rewrites its gradients. */
    void beforePass() {
        if (microBatches == 1) {
            makeOfWorker();
            blocks.forEach(
                    Blocks.count(length),
                    (block, arrays) -> {
                        int from = block * Blocks.SIZE;
                        int count = Math.min(Blocks.SIZE, length - from);
                        ofWorker.put(from, ofMicroBatch, from, count);
                    });
        }
    }

    /**
     * Hears that backward has finished a range of the engine's gradients; sends the buckets that
     * are complete with it on their way if this is the last micro batch.
     */
    void finished(int offset, int count) {
        if (!last || count == 0) {
            return;
        }
        for (int bucket = buckets.of(offset + count - 1); bucket <= buckets.of(offset); bucket++) {
            missing[bucket] -=
                    Math.min(offset + count, buckets.to(bucket))
                            - Math.max(offset, buckets.from(bucket));
        }
        for (; next < missing.length && missing[next] == 0; next++) {
            if (microBatches > 0) {
                addRange(buckets.from(next), buckets.to(next));
            }
            start(next, microBatches == 0 ? ofMicroBatch : ofWorker, target(microBatches + 1));
        }
    }

    /** Adds the micro batch that has just gone backward. */
    void add() {
        microBatches++;
        if (microBatches > 1 && !last) {
            addRange(0, length);
        }
        checkState(!last || next == missing.length, "backward has left out a range of gradients");
        last = false;
    }

    private void addRange(int from, int to) {
        blocks.forEach(
                Blocks.count(to - from),
                (block, arrays) -> {
                    int first = from + block * Blocks.SIZE;
                    int count = Math.min(Blocks.SIZE, to - first);
                    float[] sum = arrays[0];
                    float[] term = arrays[1];
                    ofWorker.get(first, sum, 0, count);
                    ofMicroBatch.get(first, term, 0, count);
                    for (int i = 0; i < count; i++) {
                        sum[i] += term[i];
                    }
                    ofWorker.put(first, sum, 0, count);
                });
    }

    /**
     * Sums over the workers; with {@code keeps} as often as need be.
     *
     * @return nanoseconds of the exchange that passed before this call
     * @throws RuntimeException what the collective has thrown, in this call or before it
     */
    long reduce(Collective collective) {
        FloatBuffer source = ofThisWorker();
        gradients = source;
        if (collective.topology().worldSize() == 1) {
            return 0;
        }
        gradients = target(microBatches);
        if (!exchange.isOver(collective)) {
            exchange.begin(collective);
            for (int bucket = 0; bucket < buckets.count(); bucket++) {
                start(bucket, source, gradients);
            }
        }
        return exchange.finish();
    }

    private void start(int bucket, FloatBuffer source, FloatBuffer sum) {
        int from = buckets.from(bucket);
        int to = buckets.to(bucket);
        exchange.start(
                source.duplicate().limit(to).position(from),
                sum.duplicate().limit(to).position(from));
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

    private FloatBuffer target(int summed) {
        if (summed != 1 && !keeps) {
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
