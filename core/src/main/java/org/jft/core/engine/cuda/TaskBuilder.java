package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.plan.Task;

/** Collects the steps of one task and the working memory they need. */
final class TaskBuilder {
    private static final long ALIGNMENT = 256;

    private final Task task;
    private final Copies copies;
    private final List<Step> steps = new ArrayList<>();
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
    Launch launch(String kernel, org.jft.core.engine.cuda.driver.Grid grid) {
        Launch launch = new Launch(kernel, grid);
        steps.add(launch);
        return launch;
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
        return new CompiledTask(task, List.copyOf(steps), scratchBytes, (long) flops);
    }

    static long roundUp(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
