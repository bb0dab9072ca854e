package org.jft.bench.scaling;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of benches that train: of which config, how long. */
final class TrainingOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "smoke.yaml",
            description =
                    "A YAML file, here or in the project's configs/ (default: ${DEFAULT-VALUE}).")
    private String config;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of a run; the first quarter warms up (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Override one key of the config. Repeatable.")
    private List<String> overrides = new ArrayList<>();

    /**
     * Has defaults.
     *
     * @param steps unless told otherwise
     */
    TrainingOptions(int steps) {
        this.steps = steps;
    }

    /** Returns the name of the config. */
    String config() {
        return config;
    }

    /** Returns the steps of a run. */
    int steps() {
        return steps;
    }

    /** Returns the overrides that the user gave. */
    List<String> overrides() {
        return overrides;
    }

    /**
     * Prepares a run.
     *
     * @param keys all overrides, the user's among them
     */
    TrainingRun run(List<String> keys) {
        return TrainingRun.of(config, keys, steps);
    }
}
