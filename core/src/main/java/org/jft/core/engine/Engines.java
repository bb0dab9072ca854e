package org.jft.core.engine;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.ModelConfig;
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
        return named(name, EngineFactory::fits);
    }

    private static EngineFactory named(String name, Predicate<EngineFactory> able) {
        return name.equals(EngineConfig.AUTO)
                ? PREFERRED.stream().map(Engines::find).filter(able).findFirst().orElseThrow()
                : find(name);
    }

    /**
     * Returns a config that names its engine and precision: where {@code auto} stood, the engine
     * that it stands for on this machine; where no precision was given, that engine's default.
     *
     * @throws ConfigException if there is no such engine, or the options are not for it
     */
    public static EngineConfig resolve(EngineConfig config) {
        return resolve(config, named(config.name()));
    }

    private static EngineConfig resolve(EngineConfig config, EngineFactory factory) {
        EngineConfig.Precision precision = config.precision();
        return config.by(
                factory.name(), precision == null ? factory.defaultPrecision() : precision);
    }

    /** The same for a model: {@code auto} is the fastest that has all that it is made of. */
    public static EngineConfig resolve(EngineConfig config, ModelConfig model) {
        return resolve(config, model, EngineFactory::fits);
    }

    /**
     * The same.
     *
     * @param fits whether the machine is one that a backend is for
     */
    static EngineConfig resolve(
            EngineConfig config, ModelConfig model, Predicate<EngineFactory> fits) {
        return resolve(config, named(config.name(), fits.and(factory -> factory.has(model))));
    }

    /** Returns a run with its engine resolved for its model. */
    public static RunConfig resolve(RunConfig run) {
        return run.withEngine(resolve(run.engine(), run.model()));
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
