package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.Grid;
import org.jft.core.engine.plan.Task;

/** Collects the steps of one task and the working memory they need. */
final class TaskBuilder {
    private static final long ALIGNMENT = 256;

    private final Task task;
    private final Copies copies;
    private final Steps steps = new Steps();
    private long scratchBytes;
    private double flops;

    TaskBuilder(Task task, Copies copies) {
        this.task = task;
        this.copies = copies;
    }

    /** Returns the copies of parameters, which all tasks share. */
    Copies copies() {
        return copies;
    }

    /** Adds a launch. */
    Launch launch(String kernel, Grid grid) {
        return steps.launch(kernel, grid);
    }

    void step(Step step) {
        steps.add(step);
    }

    /** Reserves working memory until the end of the task. */
    Place scratch(long bytes) {
        long start = roundUp(scratchBytes);
        scratchBytes = start + bytes;
        return Place.scratch(start);
    }

    void flops(double count) {
        flops += count;
    }

    CompiledTask build() {
        return new CompiledTask(task, steps.all(), scratchBytes, (long) flops);
    }

    static long roundUp(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
