package org.jft.data.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.failure.ConfigException;
import org.jft.data.dedup.DedupRequest;
import org.jft.data.dedup.DedupSummary;
import org.jft.data.dedup.DedupSummary.Counts;
import org.jft.data.dedup.Deduplicator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dedup",
        description =
                "Find images of a training set that look like images of evaluation sets: by a"
                        + " perceptual hash, and with --checkpoint by a network's features too."
                        + " Counts them for each set, draws pairs side by side, and lists what to"
                        + " leave out of training (data.drop_train) or of testing (data.drop_test).",
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data dedup sets/photos/train --against sets/photos/test --out near",
            "  jft-data dedup sets/web --against sets/a/test,sets/b/test --out near",
            "  jft-data dedup sets/web --against sets/a/test --out near --radius 6 \\",
            "    --checkpoint runs/web",
            "  jft-train --config web.yaml --out runs/clean \\",
            "    --set data.drop_train=near/drop-train.txt"
        })
final class DedupCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SET", description = "Training set: a folder, or s3://bucket/prefix.")
    private String train;

    @Option(
            names = "--against",
            paramLabel = "SET",
            required = true,
            split = ",",
            description = "Evaluation sets, separated by commas.")
    private List<String> against;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder for what is found.")
    private Path out;

    @Option(
            names = "--radius",
            paramLabel = "BITS",
            defaultValue = "8",
            description = "Largest distance of two hashes of 63 bits, 0 to 15 (default: 8).")
    private int radius;

    @Option(
            names = "--checkpoint",
            paramLabel = "RUN",
            description = "Folder of a run, or one of its checkpoints: compare features too.")
    private Path checkpoint;

    @Option(
            names = "--min-cosine",
            paramLabel = "X",
            defaultValue = "0.99",
            description = "Smallest cosine of the features of two images (default: 0.99).")
    private double minCosine;

    @Option(
            names = "--hashes",
            paramLabel = "DIR",
            description =
                    "Where hashes of training sets are kept, for other runs to reuse and an"
                            + " interrupted one to go on with (default: --out).")
    private Path hashes;

    @Override
    public void run() {
        if (radius < 0 || radius > DedupRequest.MAX_RADIUS) {
            throw new ConfigException(
                    "--radius must be in 0 to %d: %d".formatted(DedupRequest.MAX_RADIUS, radius));
        }
        if (!(minCosine > 0 && minCosine <= 1)) {
            throw new ConfigException("--min-cosine must be above 0, at most 1: " + minCosine);
        }
        DedupSummary summary =
                Deduplicator.run(
                        new DedupRequest(
                                train,
                                against,
                                radius,
                                checkpoint,
                                minCosine,
                                out,
                                hashes == null ? out : hashes));
        PrintWriter print = spec.commandLine().getOut();
        print(summary.train(), print);
        summary.evaluation().forEach(counts -> print(counts, print));
        print.println(
                "%s: %,d pairs in pairs.tsv, some in pairs.png".formatted(out, summary.pairs()));
    }

    private static void print(Counts counts, PrintWriter print) {
        print.println(
                "%s: %,d images, %,d with a near-duplicate (%.2f%%), %,d of them byte-identical; %,d too plain for a hash, %,d unreadable; listed in %s"
                        .formatted(
                                counts.location(),
                                counts.images(),
                                counts.nearDuplicates(),
                                100 * counts.share(),
                                counts.identical(),
                                counts.plain(),
                                counts.unreadable(),
                                counts.dropList()));
    }
}
