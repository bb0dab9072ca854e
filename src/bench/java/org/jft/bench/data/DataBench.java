package org.jft.bench.data;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.Closer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rounds;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ImageConfig;
import org.jft.core.failure.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench data}: images a second from JPEG to cropped pixels. */
@Command(
        name = "data",
        description = {
            "JPEG to pixels: decode, random-resized crop, mirror. And how well the order mixes.",
            "Images a second of one thread and of all cores, against javax.imageio with Graphics2D,"
                    + " Pillow and torchvision. The files lie in memory: cut from photographs, or"
                    + " synthetic."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench data                                     synthetic files, imageio",
            "  jft-bench data --photos sets/photos --peer imageio,pillow,torchvision \\",
            "    --files 500x375,453x340,1024x768",
            "  jft-bench data --images 1000 --size 299 --rounds 9 --json",
        })
public final class DataBench implements Callable<Integer> {
    private static final int WARM_UP_ROUNDS = 2;
    private static final long SEED = 1;
    private static final Pattern SHAPE = Pattern.compile("([1-9]\\d{1,4})x([1-9]\\d{1,4})");

    private enum Peer {
        IMAGEIO,
        PILLOW,
        TORCHVISION;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

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

    @Option(
            names = "--files",
            paramLabel = "WxH",
            split = ",",
            defaultValue = "500x375",
            description = "Pixels of the files (default: ${DEFAULT-VALUE}).")
    private List<String> shapes;

    @Option(
            names = "--photos",
            paramLabel = "DIR",
            description =
                    "Photographs to cut the files from, see fetch-data photos (default: synthetic).")
    private Path photos;

    @Option(
            names = "--peer",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "imageio",
            description =
                    "imageio, pillow, torchvision; the last two need Python with that package,"
                            + " JFT_PYTHON names it (default: ${DEFAULT-VALUE}).")
    private Set<Peer> peers;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "Rows of the set whose order is judged (default: ${DEFAULT-VALUE}).")
    private int orderRows;

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException, IOException {
        ImageConfig config = new ImageConfig(size, null, 0, null, null, null, null, null, null);
        int cores = Runtime.getRuntime().availableProcessors();
        List<BenchRow> rows = new ArrayList<>();
        for (String shape : shapes) {
            List<byte[]> files = files(shape);
            for (int threads : IntStream.of(1, cores).distinct().toArray()) {
                rows.addAll(measure(config, shape, files, threads));
            }
        }
        options.print(rows);
        OrderBench order = new OrderBench(options.rounds());
        options.print(order.mixing());
        options.print(List.of(order.resuming(BenchOptions.positive("--rows", orderRows))));
        return CommandRunner.DONE;
    }

    private List<byte[]> files(String shape) {
        Matcher parsed = SHAPE.matcher(shape);
        if (!parsed.matches()) {
            throw new ConfigException("--files must be like 500x375, not '%s'".formatted(shape));
        }
        int width = Integer.parseInt(parsed.group(1));
        int height = Integer.parseInt(parsed.group(2));
        int count = BenchOptions.positive("--images", images);
        return photos == null
                ? SyntheticPhotos.draw(count, width, height, SEED)
                : PhotoCuts.cut(photos, count, width, height, SEED);
    }

    private List<BenchRow> measure(
            ImageConfig config, String shape, List<byte[]> files, int threads)
            throws InterruptedException, IOException {
        long bytes = files.stream().mapToLong(file -> file.length).sum();
        try (Closer closer = Closer.create()) {
            List<Loader> all = new ArrayList<>(List.of(ours(config, files, threads)));
            closer.register(() -> close(all));
            for (Peer peer : peers) {
                all.add(peer(peer, config, files, threads));
            }
            for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                for (Loader loader : all) {
                    loader.warmUp();
                }
            }
            Rounds.inTurns("data", options.rounds(), all);
            List<BenchRow> rows = new ArrayList<>();
            for (Loader peer : all.subList(1, all.size())) {
                rows.add(
                        new BenchRow(
                                "data",
                                "%s to %d px, %d thread%s"
                                        .formatted(shape, size, threads, threads == 1 ? "" : "s"),
                                all.get(0).rates(),
                                peer.name(),
                                peer.rates(),
                                "images/s",
                                ImmutableMap.of(
                                        "threads",
                                        threads,
                                        "files",
                                        shape,
                                        "photographs",
                                        photos != null,
                                        "mean_file_bytes",
                                        bytes / files.size())));
            }
            return rows;
        }
    }

    private static Loader ours(ImageConfig config, List<byte[]> files, int threads) {
        int largest = files.stream().mapToInt(file -> file.length).max().orElseThrow();
        return new Loader(
                "ours",
                new DecodingThreads(files, threads, () -> new TransformSource(config, largest)));
    }

    private Loader peer(Peer peer, ImageConfig config, List<byte[]> files, int threads) {
        if (peer == Peer.IMAGEIO) {
            return new Loader(
                    "imageio",
                    new DecodingThreads(files, threads, () -> new ImageIoSource(config)));
        }
        PythonProcesses python = new PythonProcesses(peer.toString(), size, files, threads);
        return new Loader(python.version(), python);
    }

    private static void close(List<Loader> loaders) throws IOException {
        for (Loader loader : loaders) {
            try {
                loader.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
