package org.jft.eval.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jft.eval.sweep.ScoreFile.Key;
import org.jft.eval.transfer.classification.ClassScores;
import org.jft.eval.transfer.classification.Mistake;
import org.jft.eval.transfer.classification.Mistake.Guess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreFileTest {
    private static final Key KEY = new Key("aa", "0123456789abcdef", 1);

    @TempDir Path folder;

    /** To the bit: a sweep that is reported again has the same report. */
    @Test
    void shouldReadBackWhatItWrote() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int classes = 1 + random.nextInt(300);
        long[] train = random.longs(classes, 0, 1L << 40).toArray();
        long[] test = random.longs(classes, 0, 3).toArray();
        float[] precision = new float[classes];
        for (int k = 0; k < classes; k++) {
            precision[k] = test[k] == 0 ? Float.NaN : random.nextFloat();
        }
        List<Mistake> mistakes =
                List.of(
                        new Mistake(
                                5_000_000_000L,
                                List.of(new Guess(3, random.nextDouble())),
                                List.of(new Guess(1, random.nextDouble()), new Guess(2, 0))),
                        new Mistake(2, List.of(), List.of()));
        Map<String, Double> metrics = Map.of("top1", random.nextDouble());
        new ScoreFile(folder, KEY)
                .write(
                        new RunScores(
                                metrics,
                                Optional.of(new ClassScores(train, test, precision)),
                                mistakes));
        RunScores read = new ScoreFile(folder, KEY).read().orElseThrow();
        assertThat(read.metrics()).as("seed %s", seed).isEqualTo(metrics);
        assertThat(read.mistakes()).as("seed %s", seed).isEqualTo(mistakes);
        ClassScores byClass = read.byClass().orElseThrow();
        assertThat(byClass.trainPositives()).as("seed %s", seed).isEqualTo(train);
        assertThat(byClass.testPositives()).as("seed %s", seed).isEqualTo(test);
        assertThat(byClass.averagePrecision()).as("seed %s", seed).isEqualTo(precision);
    }

    @Test
    void shouldNotTakeTheScoresOfSomethingElse() {
        new ScoreFile(folder, KEY).write(new RunScores(Map.of(), Optional.empty(), List.of()));
        assertThat(new ScoreFile(folder, KEY).read()).isPresent();
        for (Key other :
                List.of(
                        new Key("ab", KEY.testFingerprint(), 1),
                        new Key("aa", "0123456700000000", 1),
                        new Key("aa", KEY.testFingerprint(), 10))) {
            assertThat(new ScoreFile(folder, other).read()).as("%s", other).isEmpty();
        }
    }

    @Test
    void shouldReadFilesThatHaveMetricsAlone() throws Exception {
        Files.writeString(
                folder.resolve("score-01234567.json"),
                """
                {"parameters_sha256": "aa", "test_fingerprint": "0123456789abcdef",
                 "metrics": {"map_at_100": 0.25}}
                """);
        RunScores read = new ScoreFile(folder, KEY).read().orElseThrow();
        assertThat(read.metrics()).containsExactly(Map.entry("map_at_100", 0.25));
        assertThat(read.byClass()).isEmpty();
        assertThat(read.mistakes()).isEmpty();
    }
}
