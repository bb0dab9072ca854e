package org.jft.data.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jft.core.cli.CommandRunner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DedupCommandTest {
    @TempDir private Path folder;
    private StringWriter out;
    private StringWriter err;

    @BeforeEach
    void draw() {
        assertThat(run("synth", "set", "--images", "30", "--test-images", "10", "--size", "24"))
                .isZero();
    }

    @Test
    void shouldCountBothSidesAndNameWhatItWrote() {
        assertThat(run("dedup", "set/train", "--against", "set/test", "--out", "near")).isZero();
        assertThat(out.toString().lines())
                .hasSize(3)
                .anyMatch(line -> line.matches(".*set/train: \\d+ images, \\d+ with a near-dup.*"))
                .anyMatch(line -> line.matches(".*set/test: 10 images, \\d+ with a near-dup.*"))
                .anyMatch(line -> line.contains("near: ") && line.contains("pairs in pairs.tsv"));
        assertThat(folder.resolve("near")).isDirectoryContaining(f -> f.endsWith("pairs.png"));
    }

    @Test
    void shouldKeepHashesWhereItIsTold() throws IOException {
        String[] arguments = {
            "dedup", "set/train", "--against", "set/test", "--out", "near", "--hashes", "cache"
        };
        assertThat(run(arguments)).isZero();
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            assertThat(files).hasSize(1);
        }
        assertThat(folder.resolve("near"))
                .isDirectoryNotContaining(f -> f.toString().endsWith(".phash"));
    }

    @Test
    void shouldRefuseInOneSentenceWhatCannotBeDone() {
        String[] good = {"dedup", "set/train", "--against", "set/test", "--out", "near"};
        assertRefused("--radius must be in 0 to 15: 16", good, "--radius", "16");
        assertRefused("--radius must be in 0 to 15: -1", good, "--radius", "-1");
        assertRefused("--min-cosine must be above 0, at most 1: 0.0", good, "--min-cosine", "0");
        assertRefused("--min-cosine must be above 0, at most 1: NaN", good, "--min-cosine", "NaN");
        assertRefused(
                "neither a checkpoint nor the folder of a run with one",
                good,
                "--checkpoint",
                "gone");
        assertRefused(
                "has the very content of",
                new String[] {"dedup", "set/train", "--against", "set/train", "--out", "near"});
        assertRefused(
                "gone",
                new String[] {"dedup", "set/train", "--against", "set/test,gone", "--out", "near"});
        assertRefused("--against", new String[] {"dedup", "set/train", "--out", "near"});
    }

    private void assertRefused(String sentence, String[] arguments, String... more) {
        String[] all = Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new);
        assertThat(run(all)).as(err.toString()).isEqualTo(2);
        assertThat(err.toString()).contains(sentence).doesNotContain("\tat ");
    }

    /** Runs it on folders below the test's own. */
    private int run(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        String[] placed =
                Stream.of(arguments)
                        .map(
                                a ->
                                        a.replaceAll(
                                                "(?<![\\w-])(set|near|cache|gone)\\b",
                                                folder + "/$1"))
                        .toArray(String[]::new);
        return CommandRunner.run(
                new JftData(), new PrintWriter(out, true), new PrintWriter(err, true), placed);
    }
}
