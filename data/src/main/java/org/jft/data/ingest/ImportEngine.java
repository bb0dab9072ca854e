package org.jft.data.ingest;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jft.core.failure.ConfigException;

/**
 * Where an import runs. All engines take the same steps, write the same rows and answer with the
 * same report; the order of rows and where shards are cut may differ.
 */
public interface ImportEngine {
    /** Returns the name on the command line. */
    String name();

    /**
     * Imports everything.
     *
     * @param folder of the data set, or of {@code train} and {@code test}
     * @param told takes lines worth telling the user, as soon as they are known
     */
    ImportReport run(Source source, ImportOptions options, Path folder, Consumer<String> told);

    /**
     * Finds an engine by its name; others than {@code local} are looked for on the class path.
     *
     * @throws ConfigException saying what to do when it is not there
     */
    static ImportEngine named(String name) {
        ImportEngine local = new Importer();
        if (name.equals(local.name())) {
            return local;
        }
        try {
            Iterator<ImportEngine> found = ServiceLoader.load(ImportEngine.class).iterator();
            while (found.hasNext()) {
                ImportEngine engine = found.next();
                if (engine.name().equals(name)) {
                    return engine;
                }
            }
        } catch (ServiceConfigurationError | NoClassDefFoundError e) {
            throw new ConfigException(
                    "--engine %s: its jars are not complete: %s".formatted(name, e));
        }
        throw new ConfigException(
                name.equals("spark")
                        ? "--engine spark: Spark is not on the class path; start with"
                                + " scripts/jft-data, which builds and adds it, or with spark-submit"
                        : "--engine %s: there is local and spark".formatted(name));
    }
}
