package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.endtoend.Command.Result;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that survive their workers, in processes of their own. */
class ElasticJobTest {
    private static final int STEPS = 200;

    /** Of a checkpoint before a worker is killed. */
    private static final int EARLY = 10;

    @TempDir static Path folder;

    @BeforeAll
    static void makeData() {
        SyntheticSet.make(folder);
    }

    @Test
    void shouldFinishWithoutAKilledWorkerLosingAStep() {
        Runs runs = new Runs(folder);
        Command job = start("killed", "cluster.elastic.min_workers=1");
        runs.awaitSteps(job, "killed", 20);
        Workers workers = new Workers(job);
        workers.kill(0); // rank 0, which writes metrics and checkpoints
        Result result = job.await();
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("worker 0 was killed by signal 9")
                .contains("and is started again")
                .contains("generation 0 ends: worker 0 (pid ");
        assertThat(result.err()).doesNotContain("\tat ");

        JsonNode summary = runs.summary("killed");
        assertThat(summary.path("steps").asInt()).isEqualTo(STEPS);
        assertThat(summary.path("generations").asInt()).isGreaterThan(1);
        assertThat(runs.steps("killed")).isEqualTo(Runs.everyStep(STEPS));
        assertThat(runs.parametersHash("killed"))
                .isEqualTo(summary.path("parameters_sha256").asText());

        assertThat(Runs.alone(folder, "straight", STEPS).exitCode()).isZero();
        assertThat(runs.distance("killed", "straight", STEPS)).isLessThan(Runs.BOUND);
    }

    /** What each step took tells its batch; the same batches by hand are the oracle. */
    @Test
    void shouldScaleTheRateWithTheWorkersAndReadEachSampleOnce() {
        Runs runs = new Runs(folder);
        long samplesOfRun = 24 * STEPS / 2;
        Command job =
                start(
                        "scaled",
                        "train.steps=" + STEPS / 2,
                        "train.global_batch=24",
                        "train.cadence.checkpoint_every=" + EARLY,
                        "cluster.elastic={min_workers: 1, on_change: scale_rate}");
        runs.awaitSteps(job, "scaled", 20);
        new Workers(job).kill(2);
        Result result = job.await();
        assertThat(result.exitCode()).as(result.err()).isZero();

        double nominalRate = 0.06 / STEPS;
        List<Integer> microBatches = new ArrayList<>(); // of each step: 2 a worker
        long before = 0;
        for (JsonNode line : runs.metrics("scaled")) {
            long samples = line.path("samples").asLong() - before;
            before += samples;
            microBatches.add((int) samples / 4);
            assertThat(line.path("learning_rate").asDouble())
                    .as(line.toString())
                    .isCloseTo(nominalRate * samples / 24, withinPercentage(1e-6));
        }
        assertThat(runs.steps("scaled")).isEqualTo(Runs.everyStep(microBatches.size()));
        // Started again before the others have missed it, the worker is there for every step.
        assertThat(microBatches).startsWith(6, 6, 6).allMatch(n -> n == 6 || n == 4);
        assertThat(before).isBetween(samplesOfRun, samplesOfRun + 23);

        long steps = microBatches.size();
        float[] expected = ByHand.train(folder, "scaled", microBatches);
        double moved = Runs.distance(runs.parameters("scaled", EARLY), expected);
        assertThat(Runs.distance(runs.parameters("scaled", steps), expected) / moved)
                .isLessThan(Runs.BOUND);
    }

    @Test
    void shouldStopWithACheckpointWhenFewerAreLeftThanTrain() {
        Runs runs = new Runs(folder);
        Command job =
                start(
                        "stopped",
                        "cluster.elastic.max_workers=4",
                        "train.cadence.checkpoint_every=1000000");
        runs.awaitSteps(job, "stopped", 10);
        // Frozen, not killed: it would be started again, perhaps before the others have missed it.
        Workers.signal(new Workers(job).alive().get(1), "STOP");
        Result result = job.await();
        assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
        assertThat(result.err())
                .contains("of 3 workers at least (cluster.elastic.min_workers) only 2 are left")
                .contains("with a checkpoint; the same command goes on from there");
        assertThat(runs.checkpoints("stopped")).hasSize(1);
    }

    private static Command start(String run, String... settings) {
        List<String> all =
                new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run, "--workers", "3"));
        for (String setting : Runs.settings(STEPS)) {
            all.addAll(List.of("--set", setting));
        }
        for (String setting : settings) {
            all.addAll(List.of("--set", setting));
        }
        return Command.start(JftTrain.class, folder, all.toArray(String[]::new));
    }
}
