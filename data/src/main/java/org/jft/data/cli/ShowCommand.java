package org.jft.data.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.DataConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.core.failure.ConfigException;
import org.jft.data.inspect.ContactSheet;
import org.jft.data.inspect.SamplePicture;
import org.jft.data.inspect.SampleViewer;
import org.jft.data.order.Lanes;
import org.jft.data.shard.DataSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "show",
        description = {
            "Draw the first samples of a run as its network gets them, as one PNG:",
            "cropped, mirrored, and with the labels it learns below, filled upward,",
            "the most specific first, with the confidence where that is below 1."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data show sets/photos/train --contact-sheet sheet.png",
            "  jft-data show sets/photos/train --contact-sheet s.png --config resnet50.yaml",
            "  jft-data show sets/photos/test --contact-sheet test.png --evaluation --rows 3",
            "  jft-data show sets/photos/train --contact-sheet few.png --subset 1k --seed 7"
        })
final class ShowCommand implements Runnable {
    private static final int DEFAULT_SIDE = 160;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SET", description = "Folder or s3:// prefix of the data set.")
    private String location;

    @Option(
            names = "--contact-sheet",
            paramLabel = "FILE",
            required = true,
            description = "The PNG to write.")
    private Path sheet;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Prepare images and labels as this run does, and take its seed and subset"
                            + " (default: random-resized crops of 160 pixels).")
    private String config;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "6",
            description = "Rows of the grid (default: 6).")
    private int rows;

    @Option(
            names = "--columns",
            paramLabel = "N",
            defaultValue = "8",
            description = "Columns of the grid (default: 8).")
    private int columns;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of order and augmentation (default: the config's, else 0).")
    private Long seed;

    @Option(
            names = "--subset",
            paramLabel = "P%|N",
            description = "Rows that take part, such as 10%% or 30M (default: the config's).")
    private String subset;

    @Option(
            names = "--evaluation",
            description = "Show the same images as an evaluation sees them: whole, not mirrored.")
    private boolean evaluation;

    @Override
    public void run() {
        if (rows < 1 || columns < 1 || (long) rows * columns > 10_000) {
            throw new ConfigException(
                    "--rows and --columns must give 1 to 10000 pictures: %s x %s"
                            .formatted(rows, columns));
        }
        RunConfig run =
                config == null ? null : ConfigLoader.load(ConfigLoader.locate(config), List.of());
        DataConfig how = run == null ? DataConfig.of(location, DEFAULT_SIDE) : run.data();
        Subset which = subset == null ? how.subset() : Subset.parse(subset);
        long draw = seed != null ? seed : run == null ? 0 : run.seed();
        DataConfig here = how.at(location);
        try (DataSet data = evaluation ? DataSet.openTest(here) : DataSet.openTrain(here);
                ScratchFolder scratch = ScratchFolder.create()) {
            Lanes lanes =
                    run == null
                            ? Lanes.ONE
                            : Lanes.of(run.train().globalBatch(), run.train().microBatch());
            SampleViewer viewer = new SampleViewer(data, how, which, draw, lanes, scratch.path());
            int count = rows * columns;
            List<SamplePicture> pictures =
                    evaluation ? viewer.evaluation(count) : viewer.training(count);
            String title =
                    "%s (%s), %s, seed %s: as %s sees it"
                            .formatted(location, which, how.image().size() + " px", draw, view());
            new ContactSheet(columns, how.image().size()).write(title, pictures, sheet);
            spec.commandLine()
                    .getOut()
                    .println(
                            "%s: %d images as %s sees them"
                                    .formatted(sheet, pictures.size(), view()));
        }
    }

    private String view() {
        return evaluation ? "evaluation" : "training";
    }

    /** A place for the loader's report on bad images, which nobody asked for here. */
    private record ScratchFolder(Path path) implements AutoCloseable {
        static ScratchFolder create() {
            try {
                return new ScratchFolder(Files.createTempDirectory("jft-show"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                Files.deleteIfExists(path.resolve("quarantine.tsv"));
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
