package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jft.core.file.FolderOfJvm;
import org.jft.data.cli.JftData;

/** A small synthetic data set, made once for all tests, and a config that trains on it. */
final class SyntheticSet {
    private static final String CONFIG =
            """
            name: tiny
            seed: 5
            data:
              train: set/train
              test: set/test
              image: {size: 16, min_scale: 0.6}
            model: {architecture: resnet8s, width: 4, head_bias: -2.0}
            train:
              global_batch: 32
              micro_batch: 8
              steps: 12
              optimizer: {kind: sgd, weight_decay: 1.0e-4}
              schedule: {kind: cosine, learning_rate: 0.05, warmup_share: 0.1}
              cadence: {metrics_every: 2, checkpoint_every: 4, checksum_every: 1}
            """;

    private static Path made; // null until the first test asks for it

    private SyntheticSet() {}

    /** Puts the data set and {@code tiny.yaml} into a folder. */
    static synchronized void make(Path folder) {
        try {
            ClassArchive.flags(); // makes the set for its own commands, if it is the first
            if (made == null) {
                made = synthesize();
            }
            copy(made, folder.resolve("set"));
            Files.writeString(folder.resolve("tiny.yaml"), CONFIG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path synthesize() {
        Path folder = FolderOfJvm.create("jft-synthetic");
        Command.Result result =
                Command.run(
                        JftData.class,
                        folder,
                        "synth",
                        "set",
                        "--images",
                        "400",
                        "--test-images",
                        "100",
                        "--size",
                        "20",
                        "--seed",
                        "1");
        assertThat(result.exitCode()).as(result.err()).isZero();
        return folder.resolve("set");
    }

    /** Copies a folder with all that is in it. */
    static void copy(Path original, Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(original.relativize(file)));
            }
        }
    }
}
