package org.jft.data.pipeline;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jft.data.taxonomy.Labels;

/**
 * The memory of one batch, used again and again. Threads write to distinct places without locks;
 * the last one to finish ({@link #finishPlace}) sees what all the others wrote, may still change
 * it, and then calls {@link #finish}.
 */
final class Slot {
    /** Direct, [capacity, views, side, side, 3]. */
    final ByteBuffer pixels;

    private final int placeBytes;
    private final long[] rows;
    private final Labels[] labels;
    private final boolean[] bad;
    private final AtomicInteger unfinished = new AtomicInteger();

    private int size;
    private long firstPosition;
    private int taken;
    private volatile boolean finished;
    private volatile RuntimeException failure;

    Slot(int capacity, int placeBytes) {
        this.pixels = ByteBuffer.allocateDirect(Math.multiplyExact(capacity, placeBytes));
        this.placeBytes = placeBytes;
        this.rows = new long[capacity];
        this.labels = new Labels[capacity];
        this.bad = new boolean[capacity];
    }

    /** Makes room for a batch; nothing of the last one is kept. */
    void begin(int newSize, long newFirstPosition) {
        size = newSize;
        firstPosition = newFirstPosition;
        taken = 0;
        finished = newSize == 0;
        failure = null;
        unfinished.set(newSize);
    }

    /** Returns the next place nobody has taken, or -1. Called under the loader's lock. */
    int takePlace() {
        return taken < size ? taken++ : -1;
    }

    /** Writes down what a place holds; its pixels are in place. */
    void put(int place, long row, Labels rowLabels, boolean isSubstitute) {
        rows[place] = row;
        labels[place] = rowLabels;
        bad[place] = isSubstitute;
    }

    /** Gives a place other labels. */
    void relabel(int place, Labels placeLabels) {
        labels[place] = placeLabels;
    }

    /** Leaves a place empty that was to be: nothing is wrong with it. */
    void skip(int place) {
        labels[place] = null;
        bad[place] = false;
    }

    /** Leaves a place without a sample because it is bad. */
    void leaveEmpty(int place) {
        labels[place] = null;
        bad[place] = true;
    }

    /** Remembers the first failure; the batch will not be handed out. */
    synchronized void fail(RuntimeException e) {
        if (failure == null) {
            failure = e;
        }
    }

    /** Returns whether this was the batch's last place. */
    boolean finishPlace() {
        return unfinished.decrementAndGet() == 0;
    }

    /** Declares the batch ready to be handed out. */
    void finish() {
        finished = true;
    }

    boolean finished() {
        return finished;
    }

    RuntimeException failure() {
        return failure;
    }

    int size() {
        return size;
    }

    long firstPosition() {
        return firstPosition;
    }

    int badCount() {
        int count = 0;
        for (int place = 0; place < size; place++) {
            count += bad[place] ? 1 : 0;
        }
        return count;
    }

    /** Closes the gaps of empty places, in order. Returns how many samples are left. */
    int compact() {
        int kept = 0;
        for (int place = 0; place < size; place++) {
            if (labels[place] == null) {
                continue;
            }
            if (kept != place) {
                rows[kept] = rows[place];
                labels[kept] = labels[place];
                pixels.put(
                        kept * placeBytes,
                        pixels.slice(place * placeBytes, placeBytes),
                        0,
                        placeBytes);
            }
            kept++;
        }
        return kept;
    }

    long row(int place) {
        return rows[place];
    }

    Labels labels(int place) {
        return labels[place];
    }

    int placeBytes() {
        return placeBytes;
    }
}
