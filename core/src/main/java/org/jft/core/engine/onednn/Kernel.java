package org.jft.core.engine.onednn;

import java.util.List;
import java.util.function.ToLongFunction;
import org.jft.core.engine.plan.Task;

/**
 * How one task is done: its steps in order.
 *
 * @param scratchBytes working memory while it runs
 * @param flops multiplications and additions, where they are what takes the time; else 0
 */
record Kernel(Task task, List<Step> steps, long scratchBytes, long flops) {
    void bind(ToLongFunction<Place> addresses) {
        for (Step step : steps) {
            step.bind(addresses);
        }
    }

    void run() {
        for (int i = 0; i < steps.size(); i++) { // no iterator: nothing is created in a step
            steps.get(i).run();
        }
    }

    /** Returns the names of oneDNN's code that it runs. */
    List<String> implementations() {
        return steps.stream().flatMap(step -> step.implementations().stream()).toList();
    }
}
