package org.jft.data.pipeline;

import static com.google.common.base.Preconditions.checkState;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jft.data.taxonomy.Labels;

/**
 * Samples ready for the network. The caller of {@link BatchLoader#next} closes it, which gives the
 * pixels' memory back to the loader: the next batch overwrites them. Labels and rows are the
 * batch's own and stay. The labels of sample i are entries {@code labelOffsets()[i]} to {@code
 * labelOffsets()[i + 1]} (exclusive) of {@link #labelIds} and {@link #confidences}.
 */
public final class Batch implements AutoCloseable {
    private final ByteBuffer pixels;
    private final int size;
    private final long firstPosition;
    private final long[] rows;
    private final int[] labelOffsets;
    private final int[] labelIds;
    private final float[] confidences;
    private final Slot slot;
    private final Consumer<Slot> release;
    private boolean closed;

    /** Views a finished, compacted slot with {@code size} samples. */
    Batch(Slot slot, int size, Consumer<Slot> release) {
        this.slot = slot;
        this.size = size;
        this.release = release;
        this.firstPosition = slot.firstPosition();
        this.pixels = slot.pixels.duplicate().position(0).limit(size * slot.placeBytes());
        this.rows = new long[size];
        this.labelOffsets = new int[size + 1];
        for (int i = 0; i < size; i++) {
            rows[i] = slot.row(i);
            labelOffsets[i + 1] = labelOffsets[i] + slot.labels(i).size();
        }
        this.labelIds = new int[labelOffsets[size]];
        this.confidences = new float[labelOffsets[size]];
        for (int i = 0; i < size; i++) {
            Labels labels = slot.labels(i);
            System.arraycopy(labels.ids(), 0, labelIds, labelOffsets[i], labels.size());
            System.arraycopy(labels.confidences(), 0, confidences, labelOffsets[i], labels.size());
        }
    }

    /** Returns the number of samples, N. */
    public int size() {
        return size;
    }

    /**
     * Returns the images: direct, uint8, [N, height, width, 3], RGB; of an evaluation in ten crops
     * [N, 10, height, width, 3]. Valid until closed.
     */
    public ByteBuffer pixels() {
        checkState(!closed, "the batch is closed: its pixels belong to another one");
        return pixels;
    }

    /** Returns the position of the first sample in the stream (evaluation: its row). */
    public long firstPosition() {
        return firstPosition;
    }

    /** Returns the data set rows, [N]. A bad image's substitute has its own row. */
    public long[] rows() {
        return rows;
    }

    /** Returns where the labels of each sample begin, [N + 1]; the last entry is their total. */
    public int[] labelOffsets() {
        return labelOffsets;
    }

    /** Returns the label ids of all samples, one after the other; ascending within a sample. */
    public int[] labelIds() {
        return labelIds;
    }

    /** Returns the confidence of each of {@link #labelIds}, in [0, 1] or {@link Labels#IGNORED}. */
    public float[] confidences() {
        return confidences;
    }

    /** Gives the memory back. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release.accept(slot);
        }
    }
}
