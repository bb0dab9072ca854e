package org.jft.eval.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.train.loop.RunFolder;
import org.jft.train.loop.RunPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeEstimateTest {
    private static final String CONFIG =
            """
            data: {train: nowhere, image: {size: 16}}
            model: {architecture: resnet8s, classes: 10}
            train:
              global_batch: 64
              steps: 100
              optimizer: {kind: sgd}
              schedule: {kind: cosine, learning_rate: 0.1}
            """;

    @TempDir Path folder;

    private final TimeEstimate estimate = new TimeEstimate();

    @Test
    void shouldGiveABoundUntilARunIsComplete() throws IOException {
        SweepRun run = run("a", "resnet8s", 100);
        estimate.learn(run);
        assertThat(estimate.calibrated()).isFalse();
        assertThat(estimate.secondsLeft(run).orElseThrow()).isPositive();
    }

    /** 640 images a second are 0.1 s a step; 12 s for 100 steps leave 2 s for all else. */
    @Test
    void shouldTakeTheTimeOfAStepFromACompleteRunOfTheSameNetwork() throws IOException {
        SweepRun done = run("done", "resnet8s", 100);
        complete(done);
        estimate.learn(done);
        assertThat(estimate.calibrated()).isTrue();
        assertThat(estimate.secondsLeft(done)).hasValue(0);
        SweepRun other = run("other", "resnet8s", 50);
        assertThat(estimate.secondsLeft(other).orElseThrow()).isCloseTo(2 + 5, within(1e-9));
    }

    @Test
    void shouldCountOnlyTheStepsThatAreLeft() throws IOException {
        SweepRun done = run("done", "resnet8s", 100);
        complete(done);
        estimate.learn(done);
        SweepRun half = run("half", "resnet8s", 50);
        Path checkpoints = Files.createDirectories(half.folder().root().resolve("checkpoints"));
        Files.createFile(checkpoints.resolve("step-000000020.zip"));
        assertThat(half.stepsDone()).isEqualTo(20);
        assertThat(estimate.secondsLeft(half).orElseThrow()).isCloseTo(2 + 3, within(1e-9));
    }

    /** Group norms cost no other operations, but other time. */
    @ParameterizedTest
    @ValueSource(strings = {"model.norm=group", "train.optimizer.kind=lamb"})
    void shouldNotMixTheTimesOfNetworksThatDifferInMoreThanTheirOperations(String override)
            throws IOException {
        SweepRun done = run("done", "resnet8s", 100);
        complete(done);
        estimate.learn(done);
        SweepRun slow = run("slow", "resnet8s", 100, override);
        complete(slow, 320);
        estimate.learn(slow);
        SweepRun other = run("other", "resnet8s", 50);
        SweepRun otherSlow = run("other-slow", "resnet8s", 50, override);
        double apart =
                estimate.secondsLeft(otherSlow).orElseThrow()
                        - estimate.secondsLeft(other).orElseThrow();
        assertThat(apart).isCloseTo(10 - 5, within(1e-9));
    }

    @Test
    void shouldScaleToAnotherNetworkByItsOperations() throws IOException {
        SweepRun done = run("done", "resnet8s", 100);
        complete(done);
        estimate.learn(done);
        SweepRun deeper = run("deeper", "resnet20s", 100);
        double times = flops(deeper.config()) / flops(done.config());
        assertThat(times).isGreaterThan(2);
        assertThat(estimate.secondsLeft(deeper).orElseThrow())
                .isCloseTo(2 + 10 * times, within(1e-9));
    }

    private static double flops(RunConfig config) {
        return RunPlan.of(config).model().forwardFlops();
    }

    private SweepRun run(String name, String architecture, long steps, String... more)
            throws IOException {
        Path file = Files.writeString(folder.resolve("config.yaml"), CONFIG);
        List<String> overrides = new ArrayList<>(List.of(more));
        overrides.add("model.architecture=" + architecture);
        overrides.add("train.steps=" + steps);
        RunConfig config = ConfigLoader.load(file, overrides);
        Series series = new Series(architecture, "", architecture, "", "", "");
        SweepPoint point =
                new SweepPoint(
                        series,
                        Subset.ALL,
                        0,
                        config,
                        OptionalLong.empty(),
                        OptionalLong.of(steps));
        return new SweepRun(1, new RunFolder(folder.resolve(name)), List.of(point));
    }

    /** The first line is a warm-up, which the median passes over. */
    private static void complete(SweepRun run) throws IOException {
        complete(run, 640);
    }

    private static void complete(SweepRun run, int imagesPerSecond) throws IOException {
        Files.createDirectories(run.folder().root());
        Files.writeString(
                run.folder().metrics(),
                "{\"step\":10,\"images_per_second\":80}\n"
                        + "{\"step\":50,\"images_per_second\":%s}\n".formatted(imagesPerSecond)
                        + "{\"step\":100,\"images_per_second\":%s}\n".formatted(imagesPerSecond));
        Files.writeString(run.folder().summary(), "{\"wall_seconds\":12,\"steps\":100}");
    }
}
