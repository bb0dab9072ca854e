package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private SyntheticSet() {}

    /** Makes the data set and {@code tiny.yaml} in a folder. */
    static void make(Path folder) {
        Command.Result made =
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
        assertThat(made.exitCode()).as(made.err()).isZero();
        try {
            Files.writeString(folder.resolve("tiny.yaml"), CONFIG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
