package org.jft.data.cli;

import java.nio.file.Path;
import java.util.List;
import org.jft.data.ingest.FolderSource;
import org.jft.data.ingest.IdxSource;
import org.jft.data.ingest.ManifestSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "import",
        description = "Turn images and labels into a data set.",
        subcommands = {
            ImportCommand.FromFolder.class,
            ImportCommand.FromManifest.class,
            ImportCommand.FromIdx.class,
            ImportArchive.FromWebDataset.class,
            ImportArchive.FromTfRecord.class,
            ImportArchive.FromParquet.class,
            ImportAnnotated.FromCoco.class,
            ImportAnnotated.FromVoc.class
        })
final class ImportCommand {

    @Command(
            name = "folder",
            description = {
                "A folder per class; a folder in a folder is a class below a class.",
                "Takes .jpg, .jpeg, .png, .webp and .bmp; links are followed."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  jft-data import folder photos sets/photos --test-share 10%%",
                "  jft-data import folder imagenet/train sets/imagenet --test imagenet/val"
            })
    static final class FromFolder implements Runnable {
        @Spec private CommandSpec spec;
        @Mixin private ImportFlags flags;

        @Parameters(index = "0", paramLabel = "IMAGES", description = "Folder of class folders.")
        private Path images;

        @Parameters(index = "1", paramLabel = "OUT", description = "Folder of the new data set.")
        private Path out;

        @Option(
                names = "--test",
                paramLabel = "IMAGES",
                description = "Held-out images, laid out alike: OUT/train and OUT/test.")
        private Path test;

        @Override
        public void run() {
            flags.run(new FolderSource(images, test), out, spec.commandLine().getOut());
        }
    }

    @Command(
            name = "manifest",
            description = {
                "A table of images, .tsv or .csv, with a header line. Columns, in any order:",
                "  path          image file, relative to the table's folder (required)",
                "  labels        classes from root to leaf joined by ';', hierarchies by '|'",
                "  tags          classes without a hierarchy, joined by ';'",
                "  confidence    in 0..1: one for all, or one per hierarchy and tag, by ';'",
                "  clean_labels  the true classes, written like labels",
                "  split         train or test",
                "  source        who supplied the image, for --test-source",
                "  group         what --test-share must not tear apart"
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  jft-data import manifest clips.tsv sets/clips --min-images 20",
                "  jft-data import manifest all.csv sets/all --test-source twitter --max-side 72"
            })
    static final class FromManifest implements Runnable {
        @Spec private CommandSpec spec;
        @Mixin private ImportFlags flags;

        @Parameters(index = "0", paramLabel = "TABLE", description = "The .tsv or .csv file.")
        private Path table;

        @Parameters(index = "1", paramLabel = "OUT", description = "Folder of the new data set.")
        private Path out;

        @Override
        public void run() {
            flags.run(new ManifestSource(table), out, spec.commandLine().getOut());
        }
    }

    @Command(
            name = "idx",
            description = {
                "The files of MNIST and its kin: train-images-idx3-ubyte, train-labels-idx1-ubyte,",
                "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz."
            },
            footerHeading = "%nExample:%n",
            footer = "  jft-data import idx fashion-mnist sets/fashion-mnist")
    static final class FromIdx implements Runnable {
        @Spec private CommandSpec spec;
        @Mixin private ImportFlags flags;

        @Parameters(index = "0", paramLabel = "FILES", description = "Folder of the IDX files.")
        private Path files;

        @Parameters(index = "1", paramLabel = "OUT", description = "Folder of the new data set.")
        private Path out;

        @Option(
                names = "--class-names",
                paramLabel = "NAME",
                split = ",",
                description = "Names of the labels 0, 1, ..., joined by commas.")
        private List<String> classNames = List.of();

        @Override
        public void run() {
            flags.run(new IdxSource(files, classNames), out, spec.commandLine().getOut());
        }
    }
}
