package org.jft.data.inspect;

import java.util.Arrays;

/** Lists of whole numbers, one after the other in one array. Not thread-safe. */
final class IntLists {
    private int[] values = new int[1 << 10];
    private int[] starts = new int[1 << 8]; // of each list, and the end of the last
    private int count;

    void add(int[] list) {
        int end = Math.addExact(length(), list.length);
        if (values.length < end) {
            values = Arrays.copyOf(values, Math.max(end, 2 * values.length));
        }
        if (starts.length < count + 2) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
        }
        System.arraycopy(list, 0, values, length(), list.length);
        starts[++count] = end;
    }

    /** Returns the number of lists. */
    int count() {
        return count;
    }

    /** Returns the number of values of all lists. */
    int length() {
        return starts[count];
    }

    /** Returns where a list begins; of the number behind the last, where that ends. */
    int start(int list) {
        return starts[list];
    }

    int get(int i) {
        return values[i];
    }
}
