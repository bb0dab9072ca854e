package org.jft.bench.collective;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rates;
import org.jft.cluster.launch.LaunchResult;
import org.jft.cluster.launch.LocalLauncher;
import org.jft.cluster.launch.WorkerCommand;
import org.jft.core.cli.CommandRunner;
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
            "Our ring over Aeron IPC against a plain ring over loopback TCP between the same"
                    + " processes, and against one thread that copies memory. In GB/s of the bus:"
                    + " 2(N-1)/N * bytes / time. Every sum is checked."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench allreduce",
            "  jft-bench allreduce --workers 4 --mebibytes 170 --rounds 9 --json",
        })
public final class AllReduceBench implements Callable<Integer> {
    private static final int MAX_MEBIBYTES = 1024;
    private static final int WORKER_HEAP_MEBIBYTES = 256;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Processes (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Option(
            names = "--mebibytes",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "Size of the vector, about a ResNet-50's gradient (default: ${DEFAULT-VALUE}).")
    private int mebibytes;

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (workers < 2) {
            throw new ConfigException("--workers=%s: a sum needs at least 2".formatted(workers));
        }
        if (mebibytes < 1 || mebibytes > MAX_MEBIBYTES) {
            throw new ConfigException(
                    "--mebibytes=%s is not in 1..%d".formatted(mebibytes, MAX_MEBIBYTES));
        }
        Path results = Files.createTempFile("jft-bench", ".json");
        try {
            launch(results);
            AllReduceRates rates = AllReduceRates.read(results);
            Rates ours = Rates.of(rates.ring());
            options.print(
                    List.of(
                            row(ours, "TCP ring", Rates.of(rates.tcp())),
                            row(ours, "memcpy", Rates.of(rates.memcpy()))));
        } finally {
            Files.delete(results);
        }
        return CommandRunner.DONE;
    }

    private void launch(Path results) throws InterruptedException {
        // Direct buffers, of which a worker has two, may take as much as the heap.
        WorkerCommand command =
                WorkerCommand.likeThisJvm(
                                AllReduceWorker.class.getName(),
                                List.of(
                                        results.toString(),
                                        Integer.toString(mebibytes),
                                        Integer.toString(options.rounds())))
                        .withHeapMegabytes(WORKER_HEAP_MEBIBYTES + 2 * mebibytes);
        LaunchResult result = new LocalLauncher(workers, command).run();
        if (result.failure().isPresent()) {
            throw new JftException(Category.ABORT_RUN, result.failure().get().toString());
        }
    }

    private BenchRow row(Rates ours, String peerName, Rates peer) {
        return new BenchRow(
                "allreduce",
                "%d workers, %d MiB".formatted(workers, mebibytes),
                ours,
                peerName,
                peer,
                "GB/s",
                ImmutableMap.of(
                        "workers", workers, "mebibytes", mebibytes, "transport", "aeron_ipc"));
    }
}
