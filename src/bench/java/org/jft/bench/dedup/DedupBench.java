package org.jft.bench.dedup;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imread;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.jft.core.cli.CommandRunner;
import org.jft.core.failure.ConfigException;
import org.jft.data.dedup.DedupRequest;
import org.jft.data.dedup.Deduplicator;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Sample;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jft-bench dedup}: near-duplicates that are found, and pairs that are none. */
@Command(
        name = "dedup",
        description = {
            "The four quarters of each photograph are an evaluation set, altered copies of them the",
            "training set. Which copies jft-data dedup finds, by the radius of the hash and, with",
            "--checkpoint, by the cosine of features; and how many pairs of different quarters.",
            "Photographs that are in the folder twice count as such pairs."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench dedup --photos sets/photos/mate-backgrounds --out near",
            "  jft-bench dedup --photos sets/photos --checkpoint runs/resnet50 --out near"
        })
public final class DedupBench implements Callable<Integer> {
    private static final int WIDTH = 500;
    private static final int HEIGHT = 375;
    private static final int ORIGINAL_QUALITY = 92;
    private static final int[] RADII = {4, 6, 8, 10, 12};
    private static final double[] COSINES = {0.99, 0.95, 0.9, 0.8};

    @Spec private CommandSpec spec;

    @Option(
            names = "--photos",
            paramLabel = "DIR",
            required = true,
            description = "Photographs of at least 1000x750 pixels, see fetch-data photos.")
    private Path photos;

    @Option(
            names = "--checkpoint",
            paramLabel = "RUN",
            description = "Compare the features of this run's network too.")
    private Path checkpoint;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder for the two sets, which must not be there, and what is found.")
    private Path out;

    /** Which copy a training image is. */
    private record Copy(Alteration alteration, int original) {}

    /** A pair that was found. */
    private record Found(Copy copy, int original, int distance, double cosine) {
        boolean right() {
            return copy.original == original;
        }
    }

    private final Map<String, Copy> copies = new HashMap<>(); // by key
    private final Map<String, Integer> originals = new HashMap<>(); // by key

    @Override
    public Integer call() throws IOException {
        writeSets();
        double leastCosine = COSINES[COSINES.length - 1];
        Deduplicator.run(
                new DedupRequest(
                        out.resolve("altered").toString(),
                        List.of(out.resolve("originals").toString()),
                        DedupRequest.MAX_RADIUS,
                        checkpoint,
                        leastCosine,
                        out,
                        out));
        report(found(), spec.commandLine().getOut());
        return CommandRunner.DONE;
    }

    private void writeSets() {
        SplittableRandom random = new SplittableRandom(1);
        try (DataSetWriter training = writer("altered", "train");
                DataSetWriter evaluation = writer("originals", "test")) {
            for (Path file : photographs()) {
                for (Mat quarter : quarters(file)) {
                    try (quarter) {
                        byte[] jpeg = jpeg(quarter, ORIGINAL_QUALITY);
                        String key = SampleKey.of(jpeg).toString();
                        int original = originals.size();
                        if (originals.putIfAbsent(key, original) == null) {
                            add(evaluation, quarter, jpeg, file);
                            addCopies(training, quarter, original, file, random);
                        }
                    }
                }
            }
            if (originals.isEmpty()) {
                throw new ConfigException(
                        "--photos=%s: no photograph of at least %d x %d pixels"
                                .formatted(photos, 2 * WIDTH, 2 * HEIGHT));
            }
            evaluation.finish();
            training.finish();
        }
    }

    private void addCopies(
            DataSetWriter training, Mat quarter, int original, Path file, SplittableRandom random) {
        for (Alteration alteration : Alteration.values()) {
            try (Mat altered = alteration.apply(quarter, random)) {
                byte[] jpeg = jpeg(altered, alteration.jpegQuality);
                copies.put(SampleKey.of(jpeg).toString(), new Copy(alteration, original));
                add(training, altered, jpeg, file);
            }
        }
    }

    private DataSetWriter writer(String folder, String split) {
        Taxonomy taxonomy = Taxonomy.of(List.of(new TaxonomyClass(0, "photo", List.of())));
        return DataSetWriter.create(
                out.resolve(folder), split, taxonomy, ShardLayout.DEFAULT, false);
    }

    private static void add(DataSetWriter writer, Mat picture, byte[] jpeg, Path from) {
        String name = from.getFileName().toString();
        Labels label = new Labels(new int[] {0}, new float[] {1});
        writer.add(new Sample(jpeg, name, picture.cols(), picture.rows(), label, null));
    }

    private static byte[] jpeg(Mat picture, int quality) {
        try (BytePointer encoded = new BytePointer();
                IntPointer options = new IntPointer(IMWRITE_JPEG_QUALITY, quality)) {
            imencode(".jpg", picture, encoded, options);
            byte[] jpeg = new byte[(int) encoded.limit()];
            encoded.get(jpeg);
            return jpeg;
        }
    }

    private List<Path> photographs() {
        try (Stream<Path> all = Files.walk(photos)) {
            return all.filter(file -> file.toString().matches("(?i).*\\.(jpe?g|png)"))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new ConfigException("--photos=%s cannot be read".formatted(photos), e);
        }
    }

    /** Returns the quarters of a photograph, {@value #WIDTH} x {@value #HEIGHT}; none if small. */
    private static List<Mat> quarters(Path file) {
        List<Mat> quarters = new ArrayList<>();
        try (Mat photo = imread(file.toString(), IMREAD_COLOR);
                Size size = new Size(WIDTH, HEIGHT)) {
            int width = photo.cols() / 2;
            int height = photo.rows() / 2;
            for (int i = 0; i < 4 && width >= WIDTH && height >= HEIGHT; i++) {
                try (Rect box = new Rect(i % 2 * width, i / 2 * height, width, height);
                        Mat part = new Mat(photo, box)) {
                    Mat quarter = new Mat();
                    resize(part, quarter, size, 0, 0, INTER_AREA);
                    quarters.add(quarter);
                }
            }
        }
        return quarters;
    }

    private List<Found> found() throws IOException {
        try (Stream<String> lines = Files.lines(out.resolve("pairs.tsv"))) {
            return lines.skip(1).map(line -> line.split("\t")).map(this::pair).toList();
        }
    }

    private Found pair(String[] columns) {
        return new Found(
                copies.get(columns[0]),
                originals.get(columns[2]),
                columns[4].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(columns[4]),
                columns[6].isEmpty() ? -1 : Double.parseDouble(columns[6]));
    }

    private void report(List<Found> pairs, PrintWriter print) {
        print.printf(
                Locale.ROOT,
                "%d quarters of photographs, %d altered copies: share found%n",
                originals.size(),
                copies.size());
        List<Predicate<Found>> bounds = new ArrayList<>();
        StringBuilder header = new StringBuilder("%-22s".formatted("alteration"));
        for (int radius : RADII) {
            bounds.add(pair -> pair.distance <= radius);
            header.append("%9s".formatted(radius + " bits"));
        }
        for (double cosine : checkpoint == null ? new double[0] : COSINES) {
            bounds.add(pair -> pair.cosine >= cosine);
            header.append("%9s".formatted("cos " + cosine));
        }
        print.println(header);
        for (Alteration alteration : Alteration.values()) {
            List<Found> right =
                    pairs.stream()
                            .filter(pair -> pair.right() && pair.copy.alteration == alteration)
                            .toList();
            print.println(line(alteration.title, right, bounds, "%9.3f", originals.size()));
        }
        List<Found> wrong = pairs.stream().filter(pair -> !pair.right()).toList();
        print.println(line("pairs of others", wrong, bounds, "%9.0f", 1));
        print.printf(
                Locale.ROOT,
                "of %,d pairs of others%n",
                (long) copies.size() * (originals.size() - 1));
    }

    private static String line(
            String title,
            List<Found> pairs,
            List<Predicate<Found>> bounds,
            String format,
            int unit) {
        StringBuilder line = new StringBuilder("%-22s".formatted(title));
        for (Predicate<Found> bound : bounds) {
            double share = (double) pairs.stream().filter(bound).count() / unit;
            line.append(String.format(Locale.ROOT, format, share));
        }
        return line.toString();
    }
}
