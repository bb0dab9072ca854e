package org.jft.eval.cli;

import static java.util.stream.Collectors.toSet;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.eval.report.ContactSheet;
import org.jft.eval.report.ContactSheet.Guess;
import org.jft.eval.report.ReportPoint;
import org.jft.eval.report.ReportSeries;
import org.jft.eval.sweep.Series;
import org.jft.eval.sweep.Sweep;
import org.jft.eval.sweep.SweepPoint;
import org.jft.eval.transfer.classification.Mistake;

/**
 * The contact sheet of a sweep: what one of its best networks was most certainly wrong about. Shows
 * whole images, resized to a square as for the network, small enough that all of them add at most a
 * few hundred kilobytes to the page.
 */
final class HardestImages {
    private static final int SIDE = 128; // pixels
    private static final float QUALITY = 0.9f;
    private static final int BATCH = 8;

    private final RunConfig config;
    private final Path run;

    /**
     * @param config of the run, whose held-out images are shown
     * @param run its folder
     */
    private HardestImages(RunConfig config, Path run) {
        this.config = config;
        this.run = run;
    }

    /**
     * Takes the first seed of the largest subset, of the series that is ahead there.
     *
     * @param folder of the sweep
     */
    static ContactSheet of(Sweep sweep, Map<Series, ReportSeries> fitted, Path folder) {
        ReportSeries ahead = ReportSeries.ranked(List.copyOf(fitted.values())).get(0);
        Series best =
                fitted.keySet().stream()
                        .filter(series -> fitted.get(series) == ahead)
                        .findFirst()
                        .orElseThrow();
        Comparator<SweepPoint> bySize =
                Comparator.comparingLong(point -> sweep.results().get(point).examples());
        SweepPoint point =
                sweep.points().stream()
                        .filter(p -> p.series().equals(best))
                        .max(bySize.thenComparing(SweepPoint::seed, Comparator.reverseOrder()))
                        .orElseThrow();
        ReportPoint result = sweep.results().get(point);
        String about =
                "the run is %s: %s%s, seed %d"
                        .formatted(
                                result.runFolder(),
                                fitted.size() == 1 ? "" : best.name() + ", ",
                                point.subset(),
                                point.seed());
        if (result.byClass().isEmpty()) {
            return ContactSheet.without(
                    result.runFolder(),
                    about,
                    "when %s was scored, mistakes were not kept, and its checkpoint is gone"
                            .formatted(result.runFolder()));
        }
        return new HardestImages(point.config(), folder.resolve(result.runFolder()))
                .sheet(sweep.mistakes(point), result.runFolder(), about);
    }

    private ContactSheet sheet(List<Mistake> mistakes, String name, String about) {
        try (DataSet data = DataSet.openTest(config.scoredData())) {
            Map<Long, byte[]> pictures =
                    pictures(data, mistakes.stream().map(Mistake::row).collect(toSet()));
            return new ContactSheet(
                    name,
                    about,
                    data.location(),
                    data.notice().orElse(""),
                    mistakes.stream()
                            .map(mistake -> entry(mistake, data, pictures.get(mistake.row())))
                            .toList(),
                    mistakes.isEmpty() ? "the run has no mistake in top-1" : "");
        }
    }

    private static ContactSheet.Entry entry(Mistake mistake, DataSet data, byte[] picture) {
        Taxonomy taxonomy = data.taxonomy();
        BitSet truth = new BitSet();
        BitSet above = new BitSet();
        for (Mistake.Guess label : mistake.labels()) {
            truth.set(label.id());
            IntStream.of(taxonomy.ancestors(label.id())).forEach(above::set);
        }
        return new ContactSheet.Entry(
                data.locate(mistake.row()),
                picture,
                mistake.labels().stream()
                        .filter(label -> !above.get(label.id()))
                        .map(label -> guess(label, taxonomy, truth))
                        .toList(),
                mistake.predictions().stream()
                        .map(guess -> guess(guess, taxonomy, truth))
                        .toList());
    }

    private static Guess guess(Mistake.Guess guess, Taxonomy taxonomy, BitSet truth) {
        String name =
                guess.id() < taxonomy.size()
                        ? taxonomy.name(guess.id())
                        : "output " + guess.id(); // of a network with more of them than classes
        return new Guess(name, guess.probability(), truth.get(guess.id()));
    }

    /** Returns a JPEG of each of some rows. */
    private Map<Long, byte[]> pictures(DataSet data, Set<Long> rows) {
        RunConfig small =
                ConfigLoader.with(
                        config,
                        List.of(
                                "data.image.size=" + SIDE,
                                "data.image.resize=" + SIDE,
                                "eval.crops=1"));
        EvaluationStream stream =
                EvaluationStream.of(data, BATCH, /* preferClean= */ true).only(rows::contains);
        Map<Long, byte[]> pictures = new HashMap<>();
        try (BatchLoader batches =
                BatchLoader.evaluation(
                        stream, small.data(), data.taxonomy(), Quarantine.in(run), 1)) {
            for (Batch batch; (batch = batches.next()) != null; ) {
                try (Batch open = batch) {
                    for (int i = 0; i < open.size(); i++) {
                        pictures.put(open.rows()[i], jpeg(open.pixels(), i));
                    }
                }
            }
        }
        return pictures;
    }

    /**
     * Encodes one image of a batch.
     *
     * @param pixels uint8, [N, SIDE, SIDE, 3]
     */
    private static byte[] jpeg(ByteBuffer pixels, int index) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int at = 0; at < SIDE * SIDE; at++) {
            int from = 3 * (index * SIDE * SIDE + at);
            int red = pixels.get(from) & 0xff;
            int green = pixels.get(from + 1) & 0xff;
            int blue = pixels.get(from + 2) & 0xff;
            image.setRGB(at % SIDE, at / SIDE, red << 16 | green << 8 | blue);
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam options = writer.getDefaultWriteParam();
        options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        options.setCompressionQuality(QUALITY);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), options);
        } catch (IOException e) {
            throw new UncheckedIOException("an image in memory cannot fail to encode", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
