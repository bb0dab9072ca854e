package org.jft.core.engine.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A flat vector of some slices, cut into ranges as kernels take them. */
final class UpdateRanges {
    private static final int RUNNING = 1;
    private static final int FROZEN = 2;
    private static final int TRAINED = 0;
    private static final int NONE = -1;
    private static final int MOST = 4096;
    private static final int BYTES = 24;

    /** Each: length, kind, tensor of weights. */
    private static final int[][] SLICES = {
        {3, TRAINED, 0},
        {1, TRAINED, NONE},
        {5000, TRAINED, 1},
        {7, RUNNING, NONE},
        {4096, FROZEN, NONE},
        {9, TRAINED, NONE},
    };

    private static final float[] DECAYS = {1e-2f, 3e-2f}; // of tensors: the head's is its own

    static final int TENSORS = DECAYS.length;
    static final int LENGTH = Arrays.stream(SLICES).mapToInt(slice -> slice[0]).sum();
    static final int COUNT = Arrays.stream(SLICES).mapToInt(slice -> pieces(slice[0])).sum();

    private final int[] slices = new int[LENGTH]; // of each element

    UpdateRanges() {
        int at = 0;
        for (int i = 0; i < SLICES.length; i++) {
            Arrays.fill(slices, at, at + SLICES[i][0], i);
            at += SLICES[i][0];
        }
    }

    private static int pieces(int length) {
        return (length + MOST - 1) / MOST;
    }

    DeviceArray array() {
        ByteBuffer table = ByteBuffer.allocate(BYTES * COUNT).order(ByteOrder.LITTLE_ENDIAN);
        int from = 0;
        for (int[] slice : SLICES) {
            for (int done = 0; done < slice[0]; done += MOST) {
                table.putLong(from + done)
                        .putInt(Math.min(MOST, slice[0] - done))
                        .putInt(slice[1])
                        .putFloat(decay(from))
                        .putInt(slice[2]);
            }
            from += slice[0];
        }
        return DeviceArray.bytes(table.array());
    }

    private int[] slice(int i) {
        return SLICES[slices[i]];
    }

    boolean trained(int i) {
        return slice(i)[1] == TRAINED;
    }

    boolean running(int i) {
        return slice(i)[1] == RUNNING;
    }

    boolean frozen(int i) {
        return slice(i)[1] == FROZEN;
    }

    /** Returns which tensor of weights an element is of; negative if of none. */
    int tensor(int i) {
        return slice(i)[2];
    }

    float decay(int i) {
        return tensor(i) < 0 ? 0 : DECAYS[tensor(i)];
    }

    static float decayOf(int tensor) {
        return DECAYS[tensor];
    }
}
