package org.jft.core.engine.cuda;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.DeviceInfo;

/**
 * What was found fastest on a device, by name: cuDNN's plan for a graph, a way to do a task. Kept
 * in a folder by GPU, driver, CUDA, cuDNN and precision, so that a second process starts at once
 * and rounds alike.
 */
final class Choices {
    private final String device;
    private final DiskCache disk;
    private final Map<String, String> known = new HashMap<>(); // the folder may not be writable

    Choices(DeviceInfo info, long dnnVersion, Precision precision, Path folder) {
        disk = new DiskCache(folder);
        device =
                "%s sm_%d x%d, driver %d, CUDA %d, cuDNN %d, %s"
                        .formatted(
                                info.name(),
                                info.capability(),
                                info.processors(),
                                info.driverVersion(),
                                info.runtimeVersion(),
                                dnnVersion,
                                precision);
    }

    /** Returns what a choice is kept under. */
    String key(String work) {
        return device + ", " + work;
    }

    /** Returns the name of what was chosen for some work. */
    Optional<String> get(String work) {
        Optional<String> name = Optional.ofNullable(known.get(work));
        return name.isPresent()
                ? name
                : disk.get(key(work)).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    void put(String work, String name) {
        known.put(work, name);
        disk.put(key(work), name.getBytes(StandardCharsets.UTF_8));
    }
}
