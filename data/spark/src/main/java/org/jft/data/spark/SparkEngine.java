package org.jft.data.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.jft.core.cli.ProgressLine;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.data.ingest.ImportEngine;
import org.jft.data.ingest.ImportLock;
import org.jft.data.ingest.ImportOptions;
import org.jft.data.ingest.ImportReport;
import org.jft.data.ingest.Source;

/**
 * Imports on Apache Spark: on the cores of this machine, or, under spark-submit, on a cluster whose
 * machines see sources and data sets under the same paths. Spark repeats what fails on a machine; a
 * driver that is killed starts over.
 */
public final class SparkEngine implements ImportEngine {
    private static final String SCRATCH = "spark";

    @Override
    public String name() {
        return "spark";
    }

    @Override
    public ImportReport run(
            Source source, ImportOptions options, Path folder, Consumer<String> told) {
        SparkConf conf = new SparkConf().setIfMissing("spark.master", "local[*]");
        conf.setIfMissing("spark.app.name", "jft-data import " + folder);
        conf.setIfMissing("spark.ui.enabled", "false");
        conf.setIfMissing(
                "spark.ui.showConsoleProgress", String.valueOf(ProgressLine.onTerminal()));
        try (ImportLock lock = ImportLock.take(folder.toAbsolutePath())) {
            lock.refuseInterrupted();
            try (JavaSparkContext spark = new JavaSparkContext(conf)) {
                Path scratch = lock.folder().resolve(SCRATCH);
                lock.clear(); // of a driver that was killed
                Files.createDirectories(scratch);
                return new SparkImport(spark, source, options, folder, scratch, told).run();
            } finally {
                lock.remove();
            }
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN, "%s: cannot be written: %s".formatted(folder, e), e);
        } catch (JftException e) {
            throw e;
        } catch (Exception e) { // Scala's are not declared
            throw ofTask(e);
        }
    }

    /** Returns what went wrong in a task, in its own words where they are ours. */
    private static JftException ofTask(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof JftException ours) {
                return ours;
            }
        }
        String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new JftException(Category.ABORT_RUN, "Spark: " + first, e);
    }
}
