package org.jft.data.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.jft.core.failure.ConfigException;
import org.jft.data.ingest.ImportEngine;
import org.jft.data.ingest.ImportOptions;
import org.jft.data.ingest.ImportReport;
import org.jft.data.ingest.ShrinkRule;
import org.jft.data.ingest.Source;
import org.jft.data.ingest.SplitRule;
import org.jft.data.shard.ShardLayout;
import picocli.CommandLine.Option;

/** What all imports have in common. */
final class ImportFlags {
    @Option(
            names = "--min-images",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Leave out classes with fewer training images, counted after upward fill;"
                            + " their images count for the classes above (default: 1).")
    private long minImages;

    @Option(
            names = "--test-source",
            paramLabel = "NAME",
            description = "Hold out every image whose 'source' is NAME: OUT/train and OUT/test.")
    private String testSource;

    @Option(
            names = "--test-share",
            paramLabel = "P%",
            description =
                    "Hold out this share, such as 10%%, drawn by hash of the 'group', the path below"
                            + " IMAGES or in TABLE, or the archive's file name and the name in it:"
                            + " OUT/train and OUT/test.")
    private String testShare;

    @Option(
            names = "--max-side",
            paramLabel = "PIXELS",
            defaultValue = "0",
            description =
                    "Shrink larger images to this size, keeping aspect and alpha; a JPEG stays one,"
                            + " others become PNG (default: keep every image's bytes).")
    private int maxSide;

    @Option(
            names = "--max-short-side",
            paramLabel = "PIXELS",
            defaultValue = "0",
            description =
                    "Like --max-side, but measured on the shorter side, such as 340; images are"
                            + " turned upright as their EXIF tag says (default: keep every image's"
                            + " bytes).")
    private int maxShortSide;

    @Option(
            names = "--jpeg-quality",
            paramLabel = "Q",
            defaultValue = "" + ShrinkRule.JPEG_QUALITY,
            description = "Quality of JPEGs that are shrunk, 1..100 (default: ${DEFAULT-VALUE}).")
    private int jpegQuality;

    @Option(
            names = "--max-megapixels",
            paramLabel = "N",
            defaultValue = "50",
            description = "Quarantine images above this size, by their header (default: 50).")
    private double maxMegapixels;

    @Option(
            names = "--max-quarantine",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "Give up when a larger share of images is unusable (default: 0.1).")
    private double maxQuarantine;

    @Option(
            names = "--shard-mib",
            paramLabel = "MIB",
            defaultValue = "256",
            description = "Size of a shard (default: 256).")
    private int shardMib;

    @Option(names = "--overwrite", description = "Replace the data sets that are there.")
    private boolean overwrite;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            defaultValue = "local",
            description =
                    "local: all cores of this machine; spark: Apache Spark, on this machine or, by"
                            + " spark-submit, on a cluster (default: ${DEFAULT-VALUE}).")
    private String engine;

    /** Imports and tells what became of every image. */
    void run(Source source, Path folder, PrintWriter out) {
        ImportOptions options = options();
        ImportEngine chosen = ImportEngine.named(engine);
        print(
                chosen.run(
                        source,
                        options,
                        folder,
                        line -> {
                            out.println(line);
                            out.flush();
                        }),
                out);
    }

    private ImportOptions options() {
        check(minImages >= 1, "--min-images must be at least 1: %s", minImages);
        check(maxMegapixels > 0, "--max-megapixels must be positive: %s", maxMegapixels);
        check(
                maxQuarantine >= 0 && maxQuarantine <= 1,
                "--max-quarantine must be in 0..1: %s",
                maxQuarantine);
        check(shardMib >= 1, "--shard-mib must be at least 1: %s", shardMib);
        ShardLayout normal = ShardLayout.DEFAULT;
        long shardBytes = (long) shardMib << 20;
        return new ImportOptions(
                splitRule(),
                minImages,
                shrinkRule(),
                maxMegapixels,
                maxQuarantine,
                new ShardLayout(
                        shardBytes,
                        (int) Math.min(normal.rowGroupBytes(), shardBytes),
                        normal.pageBytes()),
                overwrite);
    }

    private ShrinkRule shrinkRule() {
        check(maxSide >= 0, "--max-side cannot be negative: %s", maxSide);
        check(maxShortSide >= 0, "--max-short-side cannot be negative: %s", maxShortSide);
        check(
                maxSide == 0 || maxShortSide == 0,
                "--max-side and --max-short-side exclude each other");
        check(
                jpegQuality >= 1 && jpegQuality <= 100,
                "--jpeg-quality must be in 1..100: %s",
                jpegQuality);
        return maxShortSide > 0
                ? new ShrinkRule(ShrinkRule.Side.SHORTER, maxShortSide, jpegQuality)
                : new ShrinkRule(ShrinkRule.Side.LONGER, maxSide, jpegQuality);
    }

    private SplitRule splitRule() {
        check(
                testSource == null || testShare == null,
                "--test-source and --test-share exclude each other");
        if (testSource != null) {
            return new SplitRule.BySource(testSource);
        }
        return testShare == null
                ? new SplitRule.AsListed()
                : new SplitRule.ByShare(Shares.parse("--test-share", testShare));
    }

    private static void check(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new ConfigException(rule.formatted(values));
        }
    }

    private static void print(ImportReport report, PrintWriter out) {
        for (ImportReport.Split split : report.splits()) {
            out.println(
                    "%s: %,d images, %.2f labels each"
                            .formatted(
                                    split.folder(),
                                    split.rows(),
                                    (double) split.labels() / Math.max(1, split.rows())));
        }
        out.println(
                "%,d classes (%,d left out: too few images)"
                        .formatted(report.classes(), report.droppedClasses()));
        out.println(
                ("of %,d listed: %,d exact duplicates dropped, %,d training images dropped because"
                                + " the test set has them, %,d in quarantine")
                        .formatted(
                                report.listed(),
                                report.duplicates(),
                                report.leaks(),
                                report.quarantined()));
    }
}
