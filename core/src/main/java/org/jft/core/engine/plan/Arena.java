package org.jft.core.engine.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;

/**
 * Places tensors in memory so that no two that live at the same time overlap. A tensor lives from
 * the task that writes it to the last that reads it. Largest first, each at the lowest place that
 * is free for its whole life: within a few percent of the largest sum of what lives at once, on
 * residual networks.
 *
 * <p>The flat gradient is memory, too: until backward writes a layer's gradient, activations lie
 * there. Offsets count from its start; behind its end, {@link #gradientBytes}, begins the arena's
 * own block. No tensor lies across the border, so the two need not be neighbours.
 *
 * @param gradientBytes of the flat gradient in whole pages; 0 where a pass does not use it
 * @param bytes length of the arena's own block
 */
public record Arena(Map<Tensor, Long> offsets, long gradientBytes, long bytes) {
    /** Tensors start on pages, so that none shares a cache line with another. */
    public static final long ALIGNMENT = 4096;

    private static final int BEFORE_ALL = -1; // tasks

    /** A stretch of memory that one tensor, or several one after the other in place, live in. */
    private static final class Slot {
        private final List<Tensor> tensors = new ArrayList<>();
        private final long bytes;
        private final int first; // task that writes it
        private int last; // task that reads it last
        private long offset;

        Slot(long bytes, int first) {
            this.bytes = bytes;
            this.first = first;
            this.last = first;
        }

        /** What has its place already, and keeps it to the end of the step. */
        static Slot fixed(long offset, long bytes, int first) {
            Slot slot = new Slot(bytes, first);
            slot.offset = offset;
            slot.last = Integer.MAX_VALUE;
            return slot;
        }

        boolean meets(Slot other) {
            return first <= other.last && other.first <= last;
        }
    }

    /**
     * Plans a pass that leaves the flat gradient alone.
     *
     * @param bytes size of each tensor; 0 for one that is not stored
     */
    public static Arena of(List<Task> tasks, ToLongFunction<Tensor> bytes) {
        return of(tasks, bytes, new ParameterLayout(List.of()));
    }

    /**
     * Plans a training step.
     *
     * @param bytes size of each tensor; 0 for one that is not stored
     * @param gradients what lies where in the flat gradient; a slice that no task completes is
     *     never touched
     */
    public static Arena of(
            List<Task> tasks, ToLongFunction<Tensor> bytes, ParameterLayout gradients) {
        long border = roundUp((long) Float.BYTES * gradients.length());
        List<Slot> placed = gradients(tasks, gradients); // by offset
        placed.add(Slot.fixed(border, 0, BEFORE_ALL));
        List<Slot> slots = slots(tasks, bytes);
        slots.sort(
                Comparator.comparingLong((Slot slot) -> -slot.bytes)
                        .thenComparingInt(slot -> slot.first));
        long end = border;
        Map<Tensor, Long> offsets = new HashMap<>();
        for (Slot slot : slots) {
            place(slot, placed);
            end = Math.max(end, slot.offset + slot.bytes);
            slot.tensors.forEach(tensor -> offsets.put(tensor, slot.offset));
        }
        return new Arena(offsets, border, end - border);
    }

    private static List<Slot> gradients(List<Task> tasks, ParameterLayout layout) {
        Map<Slice, Integer> written = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            for (Slice slice : tasks.get(i).completes()) {
                written.put(slice, i);
            }
        }
        List<Slot> slots = new ArrayList<>();
        for (Slice slice : layout.slices()) {
            long from = (long) Float.BYTES * slice.offset();
            long to = from + (long) Float.BYTES * slice.length();
            long page = from / ALIGNMENT * ALIGNMENT;
            slots.add(
                    Slot.fixed(page, roundUp(to) - page, written.getOrDefault(slice, BEFORE_ALL)));
        }
        return slots;
    }

    private static List<Slot> slots(List<Task> tasks, ToLongFunction<Tensor> bytes) {
        Map<Tensor, Integer> lastRead = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            for (Tensor tensor : tasks.get(i).reads()) {
                lastRead.put(tensor, i);
            }
        }
        Map<Tensor, Slot> byTensor = new HashMap<>();
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            Task task = tasks.get(i);
            for (Tensor written : task.writes()) {
                long size = roundUp(bytes.applyAsLong(written));
                Optional<Slot> reused =
                        task.overwriter().filter(written::equals).isPresent()
                                ? reusable(task, i, size, lastRead, byTensor)
                                : Optional.empty();
                Slot slot = reused.orElse(null);
                if (slot == null) {
                    slot = new Slot(size, i);
                    slots.add(slot);
                }
                slot.tensors.add(written);
                slot.last = Math.max(slot.last, lastRead.getOrDefault(written, i));
                byTensor.put(written, slot);
            }
        }
        return slots;
    }

    private static Optional<Slot> reusable(
            Task task, int at, long size, Map<Tensor, Integer> lastRead, Map<Tensor, Slot> slots) {
        return task.overwritable().stream()
                .filter(tensor -> lastRead.get(tensor) == at)
                .map(slots::get)
                // the slot, too: another tensor may have moved into it since
                .filter(slot -> slot.bytes == size && slot.last == at)
                .findFirst();
    }

    private static void place(Slot slot, List<Slot> placed) {
        long at = 0;
        for (Slot other : placed) {
            if (slot.meets(other)) {
                if (other.offset - at >= slot.bytes) {
                    break;
                }
                at = Math.max(at, other.offset + other.bytes);
            }
        }
        slot.offset = at;
        int index = 0;
        while (index < placed.size() && placed.get(index).offset <= at) {
            index++;
        }
        placed.add(index, slot);
    }

    private static long roundUp(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
