package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.cuda.driver.Grid;

/** Some steps as they are collected. */
final class Steps {
    private final List<Step> steps = new ArrayList<>();

    Launch launch(String kernel, Grid grid) {
        Launch launch = new Launch(kernel, grid);
        steps.add(launch);
        return launch;
    }

    void add(Step step) {
        steps.add(step);
    }

    List<Step> all() {
        return List.copyOf(steps);
    }
}
