package org.jft.data.cli;

import java.nio.file.Path;
import org.jft.core.failure.ConfigException;
import org.jft.data.ingest.CocoSource;
import org.jft.data.ingest.VocSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Imports of images with objects: COCO, Pascal VOC. */
final class ImportAnnotated {
    private ImportAnnotated() {}

    @Command(
            name = "coco",
            description = {
                "Images with boxes, masks and keypoints in the JSON of COCO. Categories are classes;"
                        + " the labels of an image are the classes of its objects."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  jft-data import coco annotations/instances_train2017.json train2017 sets/coco \\",
                "      --test annotations/instances_val2017.json --test-images val2017",
                "  jft-data import coco annotations/person_keypoints_val2017.json val2017 sets/pose"
            })
    static final class FromCoco implements Runnable {
        @Spec private CommandSpec spec;
        @Mixin private ImportFlags flags;

        @Parameters(index = "0", paramLabel = "JSON", description = "The annotations.")
        private Path annotations;

        @Parameters(
                index = "1",
                paramLabel = "IMAGES",
                description = "The folder that file_name is relative to.")
        private Path images;

        @Parameters(index = "2", paramLabel = "OUT", description = "Folder of the new data set.")
        private Path out;

        @Option(
                names = "--test",
                paramLabel = "JSON",
                description = "Annotations of held-out images: OUT/train and OUT/test.")
        private Path test;

        @Option(
                names = "--test-images",
                paramLabel = "IMAGES",
                description = "Their folder (default: the same).")
        private Path testImages;

        @Override
        public void run() {
            if (testImages != null && test == null) {
                throw new ConfigException("--test-images needs --test");
            }
            CocoSource.Part held =
                    test == null
                            ? null
                            : CocoSource.Part.of(test, testImages == null ? images : testImages);
            flags.run(
                    new CocoSource(CocoSource.Part.of(annotations, images), held),
                    out,
                    spec.commandLine().getOut());
        }
    }

    @Command(
            name = "voc",
            description = {
                "A folder of Pascal VOC, or of labelme in its layout: JPEGImages; objects in"
                        + " Annotations/*.xml; masks in SegmentationClass/*.png and"
                        + " SegmentationObject/*.png. An image has what is there of it."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  jft-data import voc VOCdevkit/VOC2007 sets/voc --train Main/trainval \\",
                "      --test Main/test",
                "  jft-data import voc VOCdevkit/VOC2012 sets/voc-masks --train Segmentation/train \\",
                "      --test Segmentation/val"
            })
    static final class FromVoc implements Runnable {
        @Spec private CommandSpec spec;
        @Mixin private ImportFlags flags;

        @Parameters(index = "0", paramLabel = "VOC", description = "Folder of JPEGImages.")
        private Path folder;

        @Parameters(index = "1", paramLabel = "OUT", description = "Folder of the new data set.")
        private Path out;

        @Option(
                names = "--train",
                paramLabel = "SET",
                description = "A list below ImageSets, without .txt (default: all images).")
        private String train;

        @Option(
                names = "--test",
                paramLabel = "SET",
                description = "Held-out images, a list likewise: OUT/train and OUT/test.")
        private String test;

        @Option(
                names = "--classes",
                paramLabel = "FILE",
                description =
                        "Line k, counted from 0, names the pixels of value k in class masks, line 0"
                                + " the background (default: VOC/class_names.txt if it is there,"
                                + " else VOC's twenty classes).")
        private Path classes;

        @Override
        public void run() {
            flags.run(
                    new VocSource(folder, train, test, classes), out, spec.commandLine().getOut());
        }
    }
}
