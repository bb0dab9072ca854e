package org.jft.core.engine;

import java.util.List;
import java.util.ServiceLoader;
import org.jft.core.config.EngineConfig;
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
