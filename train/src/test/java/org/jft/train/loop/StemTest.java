package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StemTest {
    private static final RunConfig CONFIG =
            ConfigLoader.parse(
                    """
                    data: {train: set/train, image: {size: 32}}
                    model: {architecture: resnet8s}
                    train:
                      global_batch: 32
                      steps: 100
                      optimizer: {kind: sgd}
                      schedule: {kind: rsqrt, learning_rate: 0.1, timescale: 7, cooldown_share: 0.2}
                    """,
                    "test");

    /** The first step of a cool-down still has the whole rate. */
    @ParameterizedTest
    @CsvSource({
        "100, 200, '', 81",
        "200, 100, '', 81",
        "100, 90, '', 73", // cools down from step 72
        "100, 100, '', 99", // the last is the run's own
        "100, 200, 'train.schedule.warmup_steps=5', 0",
        "100, 200, 'train.schedule={kind: cosine, learning_rate: 0.1}', 1",
        "100, 40, 'train.schedule.cooldown_share=0', 40",
    })
    void shouldBeAsLongAsTheRatesAreTheSame(
            long steps, long otherSteps, String override, long expected) {
        List<String> overrides = override.isEmpty() ? List.of() : List.of(override);
        RunConfig other = ConfigLoader.with(CONFIG, overrides);
        assertThat(Stem.commonSteps(CONFIG.train(), steps, other.train(), otherSteps))
                .isEqualTo(expected);
    }

    @Test
    void shouldHaveNoneUnderAnObjectiveThatGrowsWithTheRun() {
        String truncation =
                "train.objective={name: loss_truncation, drop_positives: 0.1, warmup: %s}";
        assertThat(commonUnder(truncation.formatted(0.5))).isZero();
        assertThat(commonUnder(truncation.formatted(0))).isEqualTo(81);
    }

    private static long commonUnder(String objective) {
        TrainConfig train = ConfigLoader.with(CONFIG, List.of(objective)).train();
        return Stem.commonSteps(train, 100, train, 200);
    }

    @Test
    void shouldPassOverCheckpointsThatAreCorruptOrOfOtherSteps(@TempDir Path folder)
            throws IOException {
        CheckpointFolder checkpoints = new CheckpointFolder(folder, 9);
        for (long step : List.of(10L, 20L, 30L, 40L, 50L)) {
            checkpoints.write(checkpoint(step, step == 30 ? 31 * 32 : step * 32));
        }
        Files.write(checkpoints.file(40), new byte[] {'P', 'K', 3, 4});
        List<String> warnings = new ArrayList<>();
        assertThat(stepOfLast(checkpoints, 49, warnings)).hasValue(20L);
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0)).contains("step-000000040.zip");
        assertThat(warnings.get(1)).contains("step-000000030.zip", "train.global_batch=32");
        assertThat(stepOfLast(checkpoints, 50, warnings)).hasValue(50L);
        assertThat(stepOfLast(checkpoints, 9, warnings)).isEmpty();
        assertThat(warnings).hasSize(2);
    }

    /** So a sweep may send a run to a checkpoint that the run itself then passes over. */
    @Test
    void shouldNotReadTheParametersForTheStateAlone(@TempDir Path folder) throws IOException {
        CheckpointFolder checkpoints = new CheckpointFolder(folder, 9);
        checkpoints.write(checkpoint(10, 10 * 32));
        checkpoints.write(checkpoint(20, 20 * 32));
        byte[] bytes = Files.readAllBytes(checkpoints.file(20));
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoints.file(20), bytes);
        List<String> warnings = new ArrayList<>();
        assertThat(Stem.lastState(checkpoints, 49, 32, warnings::add))
                .hasValueSatisfying(state -> assertThat(state.step()).isEqualTo(20));
        assertThat(warnings).isEmpty();
        assertThat(stepOfLast(checkpoints, 49, warnings)).hasValue(10L);
        assertThat(warnings).hasSize(1);
    }

    private static Optional<Long> stepOfLast(
            CheckpointFolder checkpoints, long steps, List<String> warnings) {
        return Stem.lastCheckpoint(checkpoints, steps, 32, warnings::add)
                .map(checkpoint -> checkpoint.state().step());
    }

    private static Checkpoint checkpoint(long step, long samples) {
        return new Checkpoint(
                Architectures.create(CONFIG.model(), 3, 16, 1),
                FloatBuffer.allocate(3),
                FloatBuffer.allocate(3),
                new Checkpoint.State(step, samples, 0, 0, ConfigLoader.toJson(CONFIG), "", null));
    }

    @ParameterizedTest
    @CsvSource({
        "train.steps=7, true",
        "train.schedule.cooldown_share=0, true",
        "train.cadence.keep_checkpoints=9, true",
        "seed=1, false",
        "train.optimizer.momentum=0, false",
        "data.subset=10%, false",
    })
    void shouldBeOfRunsThatDifferInLengthAlone(String override, boolean same) {
        RunConfig other = ConfigLoader.with(CONFIG, List.of(override));
        assertThat(Stem.of(other).equals(Stem.of(CONFIG))).isEqualTo(same);
    }

    @Test
    void shouldNotTellARunApartByWhatItBranchesFrom() {
        RunConfig other = ConfigLoader.with(CONFIG, List.of("train.cadence.branch_from=other"));
        assertThat(Resume.sameRun(other, CONFIG)).isTrue();
    }
}
