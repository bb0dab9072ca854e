package org.jft.data.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jft.data.ingest.LabelNoise;
import org.jft.data.ingest.SynthDataSet;
import org.jft.data.ingest.SynthOptions;
import org.jft.data.shard.Manifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "synth",
        description = {
            "Draw a labelled set: shapes in colours and textures, below shapes, below families of",
            "shapes. Writes OUT/train and OUT/test; test labels are all right, training labels as",
            "noisy as asked for, with the truth beside them. Equal options draw equal bytes."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data synth sets/shapes",
            "  jft-data synth sets/noisy --images 20000 --sibling-noise 12%% --uniform-noise 8%%"
                    + " --dropped 40%%"
        })
final class SynthCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "OUT", description = "Folder of the new data sets.")
    private Path out;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Training images (default: ${DEFAULT-VALUE}).")
    private int images;

    @Option(
            names = "--test-images",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Held-out images (default: ${DEFAULT-VALUE}).")
    private int testImages;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "32",
            description = "Side of the square images (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--classes",
            paramLabel = "N",
            defaultValue = "24",
            description =
                    "Leaf classes; shapes, families and colours come on top"
                            + " (default: ${DEFAULT-VALUE}).")
    private int classes;

    @Option(
            names = "--second-object",
            paramLabel = "P%",
            defaultValue = "25%",
            description = "Share of images with two objects (default: ${DEFAULT-VALUE}).")
    private String secondObject;

    @Option(
            names = "--long-tail",
            paramLabel = "S",
            defaultValue = "0",
            description = "Make class k as common as (k+1)^-S (default: ${DEFAULT-VALUE}).")
    private double longTail;

    @Option(
            names = "--sibling-noise",
            paramLabel = "P%",
            defaultValue = "0%",
            description = "Labels replaced by one of the same shape (default: ${DEFAULT-VALUE}).")
    private String siblingNoise;

    @Option(
            names = "--uniform-noise",
            paramLabel = "P%",
            defaultValue = "0%",
            description = "Labels replaced by any other (default: ${DEFAULT-VALUE}).")
    private String uniformNoise;

    @Option(
            names = "--dropped",
            paramLabel = "P%",
            defaultValue = "0%",
            description = "Labels left out (default: ${DEFAULT-VALUE}).")
    private String dropped;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Another seed draws other images (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--overwrite", description = "Replace the data sets that are there.")
    private boolean overwrite;

    @Override
    public void run() {
        SynthOptions options =
                new SynthOptions(
                        images,
                        testImages,
                        size,
                        classes,
                        Shares.parse("--second-object", secondObject),
                        longTail,
                        seed,
                        new LabelNoise(
                                Shares.parse("--sibling-noise", siblingNoise),
                                Shares.parse("--uniform-noise", uniformNoise),
                                Shares.parse("--dropped", dropped)));
        List<Manifest> manifests = new SynthDataSet(options).write(out, overwrite);
        PrintWriter to = spec.commandLine().getOut();
        for (Manifest manifest : manifests) {
            to.println(
                    "%s: %,d images, %d classes"
                            .formatted(
                                    out.resolve(manifest.split()),
                                    manifest.rows(),
                                    manifest.classCount()));
        }
    }
}
