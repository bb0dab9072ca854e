package org.jft.bench.data;

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
            "Images a second of one thread and of all cores, with each JPEG decoder that is there,"
                    + " against javax.imageio with Graphics2D, Pillow and torchvision. The files"
                    + " lie in memory: cut from photographs, or synthetic.",
            "Reading the same files out of Parquet is timed as well: share_of_decode_time in JSON."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench data                                     synthetic files, imageio",
            "  jft-bench data --photos sets/photos --peer imageio,pillow,torchvision \\",
            "    --files 500x375,453x340,1024x768",
            "  jft-bench data --images 1000 --size 299 --rounds 9 --json",
        })
public final class DataBench implements Callable<Integer> {
    private static final long SEED = 1;
    private static final Pattern SHAPE = Pattern.compile("([1-9]\\d{1,4})x([1-9]\\d{1,4})");

    enum Peer {
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
            Contest.Photos files = files(shape);
            for (int threads : IntStream.of(1, cores).distinct().toArray()) {
                rows.addAll(new Contest(config, files, threads).hold(peers, options.rounds()));
            }
        }
        options.print(rows);
        OrderBench order = new OrderBench(options.rounds());
        options.print(order.mixing());
        options.print(List.of(order.resuming(BenchOptions.positive("--rows", orderRows))));
        return CommandRunner.DONE;
    }

    private Contest.Photos files(String shape) {
        Matcher parsed = SHAPE.matcher(shape);
        if (!parsed.matches()) {
            throw new ConfigException("--files must be like 500x375, not '%s'".formatted(shape));
        }
        int width = Integer.parseInt(parsed.group(1));
        int height = Integer.parseInt(parsed.group(2));
        int count = BenchOptions.positive("--images", images);
        List<byte[]> files =
                photos == null
                        ? SyntheticPhotos.draw(count, width, height, SEED)
                        : PhotoCuts.cut(photos, count, width, height, SEED);
        return new Contest.Photos(shape, width, height, photos != null, files);
    }
}
