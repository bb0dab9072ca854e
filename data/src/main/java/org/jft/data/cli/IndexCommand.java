package org.jft.data.cli;

import java.nio.file.Path;
import java.util.List;
import org.jft.data.ingest.ClassNames;
import org.jft.data.shard.ForeignDataSet;
import org.jft.data.shard.Manifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jft-data index}: others' Parquet becomes a data set where it lies. */
@Command(
        name = "index",
        description = {
            "Make a data set of Parquet files where they lie, laid out as Hugging Face's:"
                    + " a column of structs with the encoded image in 'bytes', a column with a label"
                    + " or a list of them, numbers or names.",
            "Reads everything once and writes manifest.json, taxonomy.json and an index beside each"
                    + " file; images are not copied, and are trained from as they are. Neither are"
                    + " they cleaned: 'import parquet' drops duplicates and what is in both splits."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  jft-data index sets/imagenet/train && jft-train --config resnet50.yaml \\%n"
                        + "    --set data.train=sets/imagenet/train")
final class IndexCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder of the files; theirs end in .parquet.")
    private Path folder;

    @Option(
            names = "--image",
            paramLabel = "NAME",
            defaultValue = "image",
            description = "Column of the images (default: ${DEFAULT-VALUE}).")
    private String image;

    @Option(
            names = "--label",
            paramLabel = "NAME",
            defaultValue = "label",
            description = "Column of the labels (default: ${DEFAULT-VALUE}).")
    private String label;

    @Option(
            names = "--classes",
            paramLabel = "FILE",
            description =
                    "Names of the classes 0, 1, ..., one a line (default: those in the files, else"
                            + " class 0, ...).")
    private Path classes;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            defaultValue = "train",
            description = "What manifest.json calls it (default: ${DEFAULT-VALUE}).")
    private String split;

    @Option(names = "--overwrite", description = "Index again what is a data set already.")
    private boolean overwrite;

    @Override
    public void run() {
        List<String> names = classes == null ? null : ClassNames.read(classes).first(List.of());
        ForeignDataSet files =
                new ForeignDataSet(folder, new Manifest.Columns(image, label), overwrite);
        Manifest manifest = files.index(split, names);
        spec.commandLine()
                .getOut()
                .println(
                        "%s: %,d images of %,d classes in %,d files, where they were"
                                .formatted(
                                        folder,
                                        manifest.rows(),
                                        manifest.classCount(),
                                        manifest.shards().size()));
    }
}
