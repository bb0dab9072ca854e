package org.jft.data.cli;

import org.jft.core.cli.CommandRunner;
import picocli.CommandLine.Command;

/** Makes data sets and looks into them. */
@Command(
        name = "jft-data",
        description = "Make data sets of images with noisy labels, and look into them.",
        subcommands = {
            ImportCommand.class,
            IndexCommand.class,
            SynthCommand.class,
            StatsCommand.class,
            ShowCommand.class,
            VerifyCommand.class,
            DedupCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data synth sets/shapes                     draw a small labelled set",
            "  jft-data import folder photos sets/photos      a folder per class",
            "  jft-data stats sets/photos                     classes, long tail, label noise",
            "  jft-data show sets/photos --contact-sheet s.png   what a network is shown",
            "  jft-data verify sets/photos                    checksums, and every image decodes",
            "  jft-data dedup sets/photos --against sets/exam --out near   images in both",
        })
public final class JftData {
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new JftData(), args));
    }
}
