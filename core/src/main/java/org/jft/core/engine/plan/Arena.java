package org.jft.core.engine.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Places tensors in one block of memory so that no two that live at the same time overlap. A tensor
 * lives from the task that writes it to the last that reads it. Largest first, each at the lowest
 * place that is free for its whole life: within a few percent of the largest sum of what lives at
 * once, on residual networks.
 *
 * @param bytes length of the block
 */
public record Arena(Map<Tensor, Long> offsets, long bytes) {
    /** Tensors start on pages, so that none shares a cache line with another. */
    public static final long ALIGNMENT = 4096;

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

        boolean meets(Slot other) {
            return first <= other.last && other.first <= last;
        }
    }

    /**
     * Plans.
     *
     * @param bytes size of each tensor; 0 for one that is not stored
     */
    public static Arena of(List<Task> tasks, ToLongFunction<Tensor> bytes) {
        List<Slot> slots = slots(tasks, bytes);
        slots.sort(
                Comparator.comparingLong((Slot slot) -> -slot.bytes)
                        .thenComparingInt(slot -> slot.first));
        List<Slot> placed = new ArrayList<>(); // by offset
        long end = 0;
        Map<Tensor, Long> offsets = new HashMap<>();
        for (Slot slot : slots) {
            place(slot, placed);
            end = Math.max(end, slot.offset + slot.bytes);
            slot.tensors.forEach(tensor -> offsets.put(tensor, slot.offset));
        }
        return new Arena(offsets, end);
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
