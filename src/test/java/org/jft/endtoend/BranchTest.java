package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One run, many durations: a shorter run goes on from a longer one's checkpoint. */
class BranchTest {
    /** Both have 6 steps before the shorter of 8 cools down, and a checkpoint there. */
    private static final List<String> SETTINGS =
            List.of(
                    "train.schedule={kind: rsqrt, learning_rate: 0.05, timescale: 5,"
                            + " warmup_steps: 2, cooldown_share: 0.25}",
                    "train.optimizer={kind: lamb, weight_decay: 0.01}",
                    "train.ema_decay=0.9",
                    "train.cadence={metrics_every: 1, checkpoint_every: 3, keep_checkpoints: 9}");

    @TempDir static Path folder;
    private static Runs runs;

    @BeforeAll
    static void trainTheLongOne() {
        SyntheticSet.make(folder);
        runs = new Runs(folder);
        assertThat(train("long", "train.steps=12").exitCode()).isZero();
    }

    @Test
    void shouldEndWithTheBitsOfARunOfItsOwn() {
        Result branched = train("branched", "train.steps=8", "train.cadence.branch_from=long");
        assertThat(branched.exitCode()).as(branched.err()).isZero();
        assertThat(train("straight", "train.steps=8").exitCode()).isZero();
        assertThat(runs.steps("branched")).containsExactly(7L, 8L);
        assertThat(runs.steps("straight")).hasSize(8);
        assertThat(runs.parametersHash("branched")).isEqualTo(runs.parametersHash("straight"));
    }

    @Test
    void shouldStartOverWhereTheRunsPartTooEarly() {
        String rate = "train.schedule.learning_rate=0.04";
        Result apart = train("apart", "train.steps=4", rate, "train.cadence.branch_from=long");
        assertThat(apart.exitCode()).as(apart.err()).isZero();
        assertThat(apart.err()).contains("long has no intact checkpoint of its first 0 steps");
        assertThat(runs.steps("apart")).hasSize(4);
    }

    @Test
    void shouldRefuseToBranchOffFromAnotherRun() {
        Result other = train("other", "seed=6", "train.cadence.branch_from=long");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err())
                .contains("another config", "seed was 5, now 6")
                .contains("leave out train.cadence.branch_from")
                .doesNotContain("--out");
        Result none = train("none", "train.cadence.branch_from=nowhere");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("train.cadence.branch_from=nowhere has no checkpoint");
    }

    @Test
    void shouldGoOnFromAnOlderCheckpointWhereTheLastOneInCommonIsCorrupt() throws IOException {
        Path torn = Files.createDirectories(folder.resolve("torn/checkpoints"));
        for (int step : List.of(3, 6, 9, 12)) {
            String name = "step-%09d.zip".formatted(step);
            Files.copy(folder.resolve("long/checkpoints").resolve(name), torn.resolve(name));
        }
        Files.write(torn.resolve("step-000000006.zip"), new byte[] {'P', 'K', 3, 4});
        Result branched = train("older", "train.steps=8", "train.cadence.branch_from=torn");
        assertThat(branched.exitCode()).as(branched.err()).isZero();
        assertThat(branched.err()).contains("step-000000006.zip");
        assertThat(runs.steps("older")).containsExactly(4L, 5L, 6L, 7L, 8L);
    }

    /** The variants of a sweep share it without being told to. */
    @Test
    void shouldShareTheStemInASweep() throws IOException {
        String variants = "eval.sweep.variants={long: {train.steps: 12}, short: {train.steps: 8}}";
        Result swept =
                run(JftEval.class, "swept", variants, "eval.subsets=[100%]", "train.steps=1");
        assertThat(swept.exitCode()).as(swept.err()).isZero();
        assertThat(train("alone", "train.steps=8", "seed=0").exitCode()).isZero();
        List<String> hashes = new ArrayList<>();
        List<Integer> trained = new ArrayList<>();
        try (Stream<Path> points = Files.list(folder.resolve("swept/points"))) {
            for (Path point : points.toList()) {
                JsonNode summary =
                        new ObjectMapper().readTree(point.resolve("summary.json").toFile());
                if (summary.path("steps").asInt() == 8) {
                    hashes.add(summary.path("parameters_sha256").asText());
                    trained.add(Files.readAllLines(point.resolve("metrics.jsonl")).size());
                }
            }
        }
        assertThat(trained).containsExactly(2);
        assertThat(hashes)
                .containsExactly(runs.summary("alone").path("parameters_sha256").asText());
    }

    private static Result train(String run, String... more) {
        return run(JftTrain.class, run, more);
    }

    private static Result run(Class<?> command, String run, String... more) {
        List<String> all = new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run));
        SETTINGS.forEach(setting -> all.addAll(List.of("--set", setting)));
        Stream.of(more).forEach(setting -> all.addAll(List.of("--set", setting)));
        return Command.run(command, folder, all.toArray(String[]::new));
    }
}
