package org.jft.data.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jft.core.cli.CommandRunner;
import org.jft.data.ingest.Verifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        description = {
            "Read a whole data set back: checksums of shards, every image decodes, every key is the",
            "hash of its image, every mask is of its image's size, every object's class is one of",
            "the set's. Lists what is wrong, one line each, and exits 1."
        },
        footerHeading = "%nExample:%n",
        footer = "  jft-data verify sets/photos/train")
final class VerifyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SET", description = "Folder or s3:// prefix of the data set.")
    private String location;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Verifier.Result result = new Verifier(location).run();
        result.problems().forEach(out::println);
        if (result.problems().isEmpty()) {
            out.println(
                    "%s: %,d images in %d shards, all sound"
                            .formatted(location, result.rows(), result.shards()));
            return CommandRunner.DONE;
        }
        out.println(
                "%s: %,d problems in %,d images and %d shards"
                        .formatted(
                                location,
                                result.problems().size(),
                                result.rows(),
                                result.shards()));
        return CommandRunner.FAILED;
    }
}
