package org.jft.bench.collective;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.cluster.launch.LaunchResult;
import org.jft.cluster.launch.LocalLauncher;
import org.jft.cluster.launch.WorkerCommand;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench allreduce}: bus bandwidth of a sum over processes. */
@Command(
        name = "allreduce",
        description = {
            "Sum a vector over worker processes on this machine.",
            "Our ring over each transport against Gloo between the same processes, and against one"
                    + " thread that copies memory. In GB/s of the bus: 2(N-1)/N * bytes / time."
                    + " Every sum is checked."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench allreduce --workers 2,4 --floats 25.6M,44.5M --transport ipc,udp,tcp",
            "  jft-bench allreduce --workers 4 --transport ipc --rounds 9 --json",
        })
public final class AllReduceBench implements Callable<Integer> {
    private static final long MAX_FLOATS = 256L << 20;
    private static final int WORKER_HEAP_MEBIBYTES = 256;

    @Option(
            names = "--workers",
            paramLabel = "N",
            split = ",",
            defaultValue = "2",
            description = "Processes (default: ${DEFAULT-VALUE}).")
    private List<Integer> workers;

    @Option(
            names = "--floats",
            paramLabel = "N",
            split = ",",
            defaultValue = "25.6M",
            description =
                    "Size of the vector; of a gradient of ResNet-50 25.6M, of ResNet-101 44.5M"
                            + " (default: ${DEFAULT-VALUE}).")
    private List<String> floats;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "ipc,udp,tcp",
            description = "What ours runs over: ipc, udp, tcp (default: ${DEFAULT-VALUE}).")
    private List<String> transports;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Over udp and tcp: streams to each neighbour (default: ${DEFAULT-VALUE}).")
    private int streams;

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException, IOException {
        List<Transport> over = transports.stream().map(AllReduceBench::transport).toList();
        List<Integer> counts = floats.stream().map(AllReduceBench::count).toList();
        ClusterConfig.defaults().withStreams(streams); // says so if there can be no such number
        for (int worldSize : workers) {
            if (worldSize < 2) {
                throw new ConfigException(
                        "--workers=%s: a sum needs at least 2".formatted(worldSize));
            }
        }
        List<BenchRow> rows = new ArrayList<>();
        for (int worldSize : workers) {
            for (int i = 0; i < counts.size(); i++) {
                AllReduceRates rates = measure(worldSize, counts.get(i), over);
                for (Transport transport : over) {
                    for (String peer : List.of(AllReduceRates.GLOO, AllReduceRates.MEMCPY)) {
                        rows.add(
                                row(
                                        worldSize,
                                        floats.get(i),
                                        counts.get(i),
                                        transport,
                                        peer,
                                        rates));
                    }
                }
            }
        }
        options.print(rows);
        return CommandRunner.DONE;
    }

    private AllReduceRates measure(int worldSize, int count, List<Transport> over)
            throws InterruptedException, IOException {
        Path folder = Files.createTempDirectory("jft-bench");
        Path results = folder.resolve("rates.json");
        try {
            launch(worldSize, count, over, results);
            return AllReduceRates.read(results);
        } finally {
            Files.deleteIfExists(results);
            Files.deleteIfExists(folder.resolve("rates.json.gloo"));
            Files.delete(folder);
        }
    }

    private void launch(int worldSize, int count, List<Transport> over, Path results)
            throws InterruptedException {
        List<String> arguments = new ArrayList<>();
        arguments.add(results.toString());
        arguments.add(Integer.toString(count));
        arguments.add(Integer.toString(options.rounds()));
        arguments.add(Integer.toString(streams));
        over.forEach(transport -> arguments.add(transport.name()));
        int mebibytes = (int) ((long) count * Float.BYTES >> 20) + 1;
        // Direct buffers, of which a worker has two, may take as much as the heap.
        WorkerCommand command =
                WorkerCommand.likeThisJvm(AllReduceWorker.class.getName(), arguments)
                        .withHeapMegabytes(WORKER_HEAP_MEBIBYTES + 2 * mebibytes);
        // Gloo prints there, and what is printed here may be read by a program.
        LaunchResult result = new LocalLauncher(worldSize, command, Redirect.DISCARD).run();
        if (result.failure().isPresent()) {
            throw new JftException(Category.ABORT_RUN, result.failure().get().toString());
        }
    }

    private BenchRow row(
            int worldSize,
            String size,
            int count,
            Transport transport,
            String peer,
            AllReduceRates rates) {
        String name = transport.name().toLowerCase(Locale.ROOT);
        int over = AllReduceWorker.streams(transport, streams);
        return new BenchRow(
                "allreduce",
                "%s%s, %d workers, %s floats"
                        .formatted(name, over == 1 ? "" : " x " + over, worldSize, size),
                rates.of(name),
                peer,
                rates.ofPeer(name, peer),
                "GB/s",
                ImmutableMap.of(
                        "workers", worldSize, "floats", count, "transport", name, "streams", over));
    }

    private static Transport transport(String name) {
        for (Transport transport : List.of(Transport.IPC, Transport.UDP, Transport.TCP)) {
            if (transport.name().equalsIgnoreCase(name)) {
                return transport;
            }
        }
        throw new ConfigException("--transport=%s is none of ipc, udp, tcp".formatted(name));
    }

    private static int count(String text) {
        try {
            boolean millions = text.endsWith("M");
            BigDecimal number =
                    new BigDecimal(millions ? text.substring(0, text.length() - 1) : text);
            long count = number.movePointRight(millions ? 6 : 0).longValueExact();
            if (1 <= count && count <= MAX_FLOATS) {
                return (int) count;
            }
        } catch (ArithmeticException | NumberFormatException ignored) {
            // Said below.
        }
        throw new ConfigException(
                "--floats=%s is not a number in 1..%d, as 1000 or 25.6M"
                        .formatted(text, MAX_FLOATS));
    }
}
