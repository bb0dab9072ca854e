package org.jft.core.engine;

import java.util.List;
import java.util.ServiceLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.ConfigException;

/** The backends on the class path. */
public final class Engines {
    /** The fastest first; the last one runs anywhere. */
    private static final List<String> PREFERRED = List.of("cuda", "nd4j", "onednn");

    private Engines() {}

    /**
     * Finds a backend by its config name.
     *
     * @param name {@link EngineConfig#AUTO} for the fastest that fits this machine
     */
    public static EngineFactory named(String name) {
        return name.equals(EngineConfig.AUTO)
                ? PREFERRED.stream()
                        .map(Engines::find)
                        .filter(EngineFactory::fits)
                        .findFirst()
                        .orElseThrow()
                : find(name);
    }

    /**
     * Returns a config that names its engine and precision: where {@code auto} stood, the engine
     * that it stands for on this machine; where no precision was given, that engine's default.
     *
     * @throws ConfigException if there is no such engine, or the options are not for it
     */
    public static EngineConfig resolve(EngineConfig config) {
        EngineFactory factory = named(config.name());
        EngineConfig.Precision precision = config.precision();
        return config.by(
                factory.name(), precision == null ? factory.defaultPrecision() : precision);
    }

    /** Returns a run with its engine resolved. */
    public static RunConfig resolve(RunConfig run) {
        return run.withEngine(resolve(run.engine()));
    }

    private static EngineFactory find(String name) {
        List<EngineFactory> all =
                ServiceLoader.load(EngineFactory.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        return all.stream()
                .filter(factory -> factory.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ConfigException(
                                        "engine.name: no engine '%s'; there is %s"
                                                .formatted(
                                                        name,
                                                        all.stream()
                                                                .map(EngineFactory::name)
                                                                .toList())));
    }
}
