package org.jft.bench.data;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rounds;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ImageConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench data}: images a second from JPEG to cropped pixels. */
@Command(
        name = "data",
        description = {
            "JPEG to pixels: decode, random-resized crop, mirror.",
            "Images a second of one thread and of all cores, against javax.imageio and Graphics2D."
                    + " The files are synthetic (500 x 375 pixels, quality 0.9) and lie in memory."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench data",
            "  jft-bench data --images 1000 --size 299 --rounds 9 --json",
        })
public final class DataBench implements Callable<Integer> {
    private static final int WARM_UP_ROUNDS = 2;
    private static final long SEED = 1;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "200",
            description = "Files that a turn decodes (default: ${DEFAULT-VALUE}).")
    private int images;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "224",
            description = "Side of the network's input (default: ${DEFAULT-VALUE}).")
    private int size;

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException {
        ImageConfig config = new ImageConfig(size, null, 0, null, null, null, null);
        List<byte[]> files = SyntheticPhotos.draw(BenchOptions.positive("--images", images), SEED);
        int cores = Runtime.getRuntime().availableProcessors();
        List<BenchRow> rows = new ArrayList<>();
        for (int threads : IntStream.of(1, cores).distinct().toArray()) {
            rows.add(measure(config, files, threads));
        }
        options.print(rows);
        return CommandRunner.DONE;
    }

    private BenchRow measure(ImageConfig config, List<byte[]> files, int threads)
            throws InterruptedException {
        int largest = files.stream().mapToInt(file -> file.length).max().orElseThrow();
        long bytes = files.stream().mapToLong(file -> file.length).sum();
        try (DecodingThreads ours =
                        new DecodingThreads(
                                files, threads, () -> new TransformSource(config, largest));
                DecodingThreads peer =
                        new DecodingThreads(files, threads, () -> new ImageIoSource(config))) {
            for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                ours.round();
                peer.round();
            }
            Rounds.Result rates = Rounds.alternate("data", options.rounds(), ours, peer);
            return new BenchRow(
                    "data",
                    "%d px, %d thread%s".formatted(size, threads, threads == 1 ? "" : "s"),
                    rates.ours(),
                    "imageio",
                    rates.peer(),
                    "images/s",
                    ImmutableMap.of("threads", threads, "mean_file_bytes", bytes / files.size()));
        }
    }
}
