package org.jft.core.engine;

import java.util.List;
import java.util.ServiceLoader;
import org.jft.core.failure.ConfigException;

/** The backends on the class path. */
public final class Engines {
    private Engines() {}

    /** Finds a backend by its config name. */
    public static EngineFactory named(String name) {
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
