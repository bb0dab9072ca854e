package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jft.endtoend.Command.Result;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM, as engines send it before they kill: nothing but the time to start again is lost. */
class LeavingTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;

    @BeforeAll
    static void makeData() {
        SyntheticSet.make(folder);
    }

    /** No checkpoint is due before the end: the one that is there was written for leaving. */
    @Test
    void shouldLeaveWithACheckpointAndEndWithTheSameBitsAfterwards() throws IOException {
        String[] steps = {"--workers", "2", "--set", "train.steps=150"};
        assertThat(start("straight", steps).await().exitCode()).isZero();

        Command told = start("told", steps);
        awaitSteps(told, "told");
        told.terminate();
        Result left = told.await();
        assertThat(left.exitCode()).as(left.err()).isEqualTo(128 + 15);
        assertThat(left.err()).contains("with a checkpoint; the same command goes on from there");
        assertThat(left.err()).doesNotContain("\tat ");
        assertThat(checkpoints("told")).hasSize(1);
        assertThat(folder.resolve("told/summary.json")).doesNotExist();

        Result resumed = start("told", steps).await();
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("train from step");
        assertThat(summary("told").path("parameters_sha256"))
                .isEqualTo(summary("straight").path("parameters_sha256"));
    }

    @Test
    void shouldLeaveTogetherWhenOneWorkerIsToldAlone() throws IOException {
        Command job = start("one", "--workers", "2", "--set", "train.steps=100000");
        awaitSteps(job, "one");
        job.workers().get(1).destroy();
        Result left = job.await();
        assertThat(left.exitCode()).as(left.err()).isEqualTo(128 + 15);
        assertThat(left.err()).contains("was told to end (SIGTERM): left after step");
        assertThat(left.err()).contains("another worker was told to end (SIGTERM): left after");
        assertThat(left.err().lines())
                .last()
                .isEqualTo(
                        "jft-train: its workers were told to end (SIGTERM) and have left; the same command goes on from the newest checkpoint in one");
        assertThat(checkpoints("one")).hasSize(1);
    }

    /** Each alone, so that the first leaves one behind that goes on. */
    @Test
    void shouldEndAsLeftWhenEachWorkerOfAnElasticJobIsTold() throws IOException {
        Command job =
                start(
                        "each",
                        "--workers",
                        "2",
                        "--set",
                        "train.steps=100000",
                        "--set",
                        "cluster.elastic.min_workers=1");
        awaitSteps(job, "each");
        Workers workers = new Workers(job);
        workers.alive().get(0).destroy();
        Command.await(job, () -> workers.alive().size() == 1);
        workers.alive().get(1).destroy();
        Result left = job.await();
        assertThat(left.exitCode()).as(left.err()).isEqualTo(128 + 15);
        assertThat(left.err())
                .contains("worker 0 has left, the others go on")
                .contains("with a checkpoint; the same command goes on from there");
        assertThat(left.err().lines())
                .last()
                .asString()
                .startsWith("jft-train: its workers were told to end (SIGTERM) and have left; ");
        String step = left.err().replaceAll("(?s).*left after step (\\d+) of \\d+ with a .*", "$1");
        assertThat(Collections.max(checkpoints("each"))) // a late one may have left one before
                .isEqualTo("step-%09d.zip".formatted(Long.parseLong(step)));
    }

    @Test
    void shouldLeaveWhenItIsTheOnlyWorker() throws IOException {
        Command job = start("solo", "--set", "train.steps=100000");
        awaitSteps(job, "solo");
        job.terminate();
        Result left = job.await();
        assertThat(left.exitCode()).as(left.err()).isEqualTo(128 + 15);
        assertThat(checkpoints("solo")).hasSize(1);
    }

    private static void awaitSteps(Command job, String run) {
        Path metrics = folder.resolve(run).resolve("metrics.jsonl");
        Command.await(job, () -> metrics.toFile().length() > 0);
    }

    private static List<String> checkpoints(String run) {
        return List.of(folder.resolve(run).resolve("checkpoints").toFile().list());
    }

    private static JsonNode summary(String run) throws IOException {
        return JSON.readTree(folder.resolve(run).resolve("summary.json").toFile());
    }

    private static Command start(String run, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run));
        all.addAll(List.of("--set", "train.cadence.checkpoint_every=1000000"));
        all.addAll(List.of(arguments));
        return Command.start(JftTrain.class, folder, all.toArray(String[]::new));
    }
}
