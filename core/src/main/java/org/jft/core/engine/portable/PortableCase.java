package org.jft.core.engine.portable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jft.core.config.EngineConfig.Precision;

/**
 * A network and its numbers in a folder, and how it is run. Results lie in a folder below, named
 * after the precision in lower case.
 *
 * @param batch rows of a batch
 */
record PortableCase(Path folder, int batch, Precision precision) {
    /** Returns the file of the network. */
    Path network() {
        return given("network.json");
    }

    /** Returns a file that is read. */
    Path given(String name) {
        return folder.resolve(name);
    }

    /** Returns a file that is written. */
    Path result(String name) throws IOException {
        String below = precision.name().toLowerCase(Locale.ROOT);
        return Files.createDirectories(folder.resolve(below)).resolve(name);
    }
}
