package org.jft.bench.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jft.bench.BenchOptions;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.DataConfig;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.pipeline.TrainingStream;
import org.jft.data.shard.DataSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jft-bench soak}: many epochs of loading, and what memory does meanwhile. */
@Command(
        name = "soak",
        description = {
            "Load a data set for many epochs and print, after each, what memory is held: heap after a"
                    + " collection, direct buffers, and all that is resident as Linux counts it.",
            "Flat lines mean that nothing leaks. JFT_JAVA_OPTS=-Xmx512m limits the heap."
        },
        footerHeading = "%nExample:%n",
        footer = "  JFT_JAVA_OPTS=-Xmx512m jft-bench soak sets/pictograms/train --epochs 20")
public final class SoakBench implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BATCH = 64;
    private static final double MEBI = 1 << 20;
    private static final Path STATUS = Path.of("/proc/self/status");

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SET", description = "Folder or s3:// prefix of the data set.")
    private String location;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Passes over it (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "224",
            description = "Side of the network's input (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        DataConfig config = DataConfig.of(location, BenchOptions.positive("--size", size));
        Path scratch = Files.createTempDirectory("jft-soak");
        Quarantine quarantine = Quarantine.in(scratch);
        try (DataSet data = DataSet.open(location, null)) {
            BatchPartition partition = new BatchPartition(BATCH, BATCH, new Topology(0, 1));
            TrainingStream stream =
                    TrainingStream.of(data, config, partition, Objective.SIGMOID, 1);
            long steps = Math.max(1, data.rowCount() / BATCH);
            for (int epoch = 1; epoch <= BenchOptions.positive("--epochs", epochs); epoch++) {
                long start = System.nanoTime();
                load(data, stream, config, quarantine, (epoch - 1) * steps, epoch * steps);
                print(epoch, steps * BATCH / ((System.nanoTime() - start) * 1e-9));
            }
        } finally {
            Files.deleteIfExists(quarantine.file());
            Files.deleteIfExists(scratch);
        }
        return CommandRunner.DONE;
    }

    private static void load(
            DataSet data,
            TrainingStream stream,
            DataConfig config,
            Quarantine quarantine,
            long firstStep,
            long endStep) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (BatchLoader loader =
                BatchLoader.training(
                        stream, config, data.taxonomy(), quarantine, firstStep, endStep, threads)) {
            for (Batch next = loader.next(); next != null; next = loader.next()) {
                next.close();
            }
        }
    }

    private void print(int epoch, double imagesPerSecond) throws IOException {
        System.gc(); // so that the heap's line is what is held, not what was not collected yet
        Runtime runtime = Runtime.getRuntime();
        Map<String, Object> row =
                ImmutableMap.of(
                        "bench",
                        "soak",
                        "epoch",
                        epoch,
                        "images_per_second",
                        imagesPerSecond,
                        "heap_mib",
                        (runtime.totalMemory() - runtime.freeMemory()) / MEBI,
                        "direct_mib",
                        directBytes() / MEBI,
                        "resident_mib",
                        residentBytes() / MEBI);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(toJson(row));
        } else {
            if (epoch == 1) {
                out.println("epoch  images/s  heap MiB  direct MiB  resident MiB");
            }
            out.println(
                    String.format(
                            Locale.ROOT,
                            "%5d  %8.0f  %8.1f  %10.1f  %12.1f",
                            epoch,
                            imagesPerSecond,
                            row.get("heap_mib"),
                            row.get("direct_mib"),
                            row.get("resident_mib")));
        }
        out.flush();
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    private static String toJson(Map<String, Object> row) {
        try {
            return JSON.writeValueAsString(row);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row cannot fail to render", e);
        }
    }
}
