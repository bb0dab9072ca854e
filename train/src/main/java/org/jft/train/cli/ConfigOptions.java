package org.jft.train.cli;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import picocli.CommandLine.Option;

/** The options that choose and change a config; shared by every command that runs one. */
public final class ConfigOptions {
    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Local worker processes; overrides cluster.workers.")
    private Integer workers;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "Who runs the network; overrides engine.name.")
    private String engine;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Override one key, for example train.epochs=3; an empty value unsets it."
                            + " Repeatable.")
    private List<String> overrides = new ArrayList<>();

    /**
     * Loads a config and applies the options.
     *
     * @param name a path, or the name of a file in the project's configs/
     * @param first overrides applied before the user's
     */
    public RunConfig load(String name, List<String> first) {
        List<String> all = new ArrayList<>(first);
        if (workers != null) {
            all.add("cluster.workers=" + workers);
        }
        if (engine != null) {
            all.add("engine.name=" + engine);
        }
        all.addAll(overrides);
        return ConfigLoader.load(ConfigLoader.locate(name), all);
    }
}
