package org.jft.data.cli;

import java.nio.file.Path;
import java.util.List;
import org.jft.data.ingest.ArchiveFormat;
import org.jft.data.ingest.ArchivePattern;
import org.jft.data.ingest.ArchiveSource;
import org.jft.data.ingest.ClassNames;
import org.jft.data.ingest.ParquetSource;
import org.jft.data.ingest.Source;
import org.jft.data.ingest.TfRecordFormat;
import org.jft.data.ingest.WebDatasetFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Imports from files of many images: WebDataset, TFRecord, Parquet. */
final class ImportArchive {
    private ImportArchive() {}

    /** What they have in common. */
    static final class Flags {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        @Mixin private ImportFlags flags;

        @Parameters(
                index = "0",
                paramLabel = "FILES",
                description = "The files: a name, with {000..127}, {a,b}, * or ?.")
        private String files;

        @Parameters(index = "1", paramLabel = "OUT", description = "Folder of the new data set.")
        private Path out;

        @Option(
                names = "--test",
                paramLabel = "FILES",
                description = "Held-out archives: OUT/train and OUT/test.")
        private String test;

        @Option(
                names = "--classes",
                paramLabel = "FILE",
                description =
                        "Names of the classes 0, 1, ..., one a line (default: those in the files,"
                                + " else class 0, ...).")
        private Path classes;

        /** Returns the names that were given, or null. */
        ClassNames givenNames() {
            return classes == null ? null : ClassNames.read(classes);
        }

        ClassNames classNames() {
            return classes == null ? ClassNames.numbered() : givenNames();
        }

        void run(Opener opener) {
            List<Path> held = test == null ? List.of() : ArchivePattern.expand(test);
            try (Source source = opener.open(ArchivePattern.expand(files), held)) {
                flags.run(source, out, spec.commandLine().getOut());
            }
        }

        void run(ArchiveFormat format) {
            run((train, held) -> new ArchiveSource(format, train, held));
        }
    }

    /** Opens files to learn from and files to hold out. */
    private interface Opener {
        Source open(List<Path> train, List<Path> test);
    }

    @Command(
            name = "webdataset",
            description = {
                "WebDataset: tar archives, plain or gzip. Members with the same name up to the first"
                        + " dot are a sample: one .jpg, .jpeg, .png or .webp, and its labels in one"
                        + " of",
                "  .cls   a class number or name on each line",
                "  .json  {\"labels\": \"cat\"} or {\"labels\": [\"cat\", 7, [\"animal\", \"dog\"]],",
                "         \"confidences\": [1, 0.5, 0.9]}; a list in the list is a path from the root",
                "  .txt   like .cls",
                "Nothing is unpacked to disk. FILES is quoted, so that the shell leaves it whole."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  jft-data import webdataset 'photos-{000..127}.tar' sets/photos --test-share 1%%",
                "  jft-data import webdataset 'in/train-*.tar' sets/in --test 'in/val-*.tar' \\",
                "      --classes in/classes.txt --max-short-side 340"
            })
    static final class FromWebDataset implements Runnable {
        @Mixin private Flags flags;

        @Override
        public void run() {
            flags.run(new WebDatasetFormat(flags.classNames()));
        }
    }

    @Command(
            name = "tfrecord",
            description = {
                "TFRecord files of tf.train.Example, plain or gzip, an image each. Labels are the"
                        + " names in the feature --text; a record without any has numbers in"
                        + " --label. Checksums are checked.",
                "FILES is quoted, so that the shell leaves it whole."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  jft-data import tfrecord 'train-*-of-01024' sets/in --test 'validation-*'",
                "  jft-data import tfrecord 'part-{00..15}.tfrecord' sets/birds --image jpeg \\",
                "      --label species --classes species.txt"
            })
    static final class FromTfRecord implements Runnable {
        @Mixin private Flags flags;

        @Option(
                names = "--image",
                paramLabel = "FEATURE",
                defaultValue = "image/encoded",
                description = "The encoded image (default: ${DEFAULT-VALUE}).")
        private String image;

        @Option(
                names = "--text",
                paramLabel = "FEATURE",
                defaultValue = "image/class/text",
                description = "Names of classes (default: ${DEFAULT-VALUE}).")
        private String text;

        @Option(
                names = "--label",
                paramLabel = "FEATURE",
                defaultValue = "image/class/label",
                description = "Numbers of classes (default: ${DEFAULT-VALUE}).")
        private String label;

        @Option(
                names = "--confidence",
                paramLabel = "FEATURE",
                defaultValue = "image/class/confidence",
                description = "In 0..1, one a label, if there is any (default: ${DEFAULT-VALUE}).")
        private String confidence;

        @Override
        public void run() {
            TfRecordFormat.Features features =
                    new TfRecordFormat.Features(image, text, label, confidence);
            flags.run(new TfRecordFormat(flags.classNames(), features));
        }
    }

    @Command(
            name = "parquet",
            description = {
                "Parquet files of Hugging Face's layout: a column of struct<bytes, path> with images,"
                        + " and a column with an integer or a string, or a list of them. Names of"
                        + " classes come from the files' metadata.",
                "FILES is quoted, so that the shell leaves it whole."
            },
            footerHeading = "%nExample:%n",
            footer = {
                "  jft-data import parquet 'data/train-*.parquet' sets/food --test 'data/val-*.parquet'"
            })
    static final class FromParquet implements Runnable {
        @Mixin private Flags flags;

        @Option(
                names = "--image",
                paramLabel = "COLUMN",
                defaultValue = "image",
                description = "The images (default: ${DEFAULT-VALUE}).")
        private String image;

        @Option(
                names = "--label",
                paramLabel = "COLUMN",
                defaultValue = "label",
                description = "The labels (default: ${DEFAULT-VALUE}).")
        private String label;

        @Override
        public void run() {
            ClassNames names = flags.givenNames();
            flags.run((train, held) -> new ParquetSource(train, held, image, label, names));
        }
    }
}
