package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Grids of runs: what is shared, what survives a kill, what separate jobs do. */
class SweepGridTest {
    /** 30% and all of 400 images in steps of 32: 4 and 13 steps, or 13 and 13. */
    private static final String GRID =
            """
            eval:
              subsets: [30%, 400]
              sweep:
                budget: [epochs, steps]
                variants: {plain: {}, again: {eval.batch: 32}}
            """;

    @TempDir static Path folder;

    @BeforeAll
    static void makeConfigs() throws IOException {
        SyntheticSet.make(folder);
        String tiny = Files.readString(folder.resolve("tiny.yaml"));
        Files.writeString(
                folder.resolve("grid.yaml"),
                tiny.replace("steps: 12", "epochs: 1").replace("name: tiny", "name: grid") + GRID);
    }

    @Test
    void shouldListEachDifferentRunOnce() {
        List<String[]> runs = list("listed");
        assertThat(runs).hasSize(3);
        assertThat(runs)
                .extracting(run -> run[3])
                .containsExactly("4 steps", "13 steps", "13 steps");
        assertThat(runs.get(0)[5])
                .contains("plain, equal epochs 30% seed 0; again, equal epochs 30% seed 0");
        assertThat(runs.get(2)[5].split("; ")).as("the whole set, in all four series").hasSize(4);
        assertThat(folder.resolve("listed")).doesNotExist();
    }

    @Test
    void shouldTellImagesStepsAndTimeBeforeItStarts() {
        Result before = sweep("timed", "--dry-run");
        assertThat(before.out())
                .containsPattern("plain, equal epochs +30% +1\\d\\d +4 ")
                .containsPattern("plain, equal steps +30% +1\\d\\d +13 ")
                .containsPattern("0 of 3 runs trained, at least .* matrix multiply");
        assertThat(folder.resolve("timed")).doesNotExist();
        assertThat(sweep("timed", "--point", "1").exitCode()).isZero();
        assertThat(sweep("timed", "--dry-run").out())
                .containsPattern("1 of 3 runs trained, about .* as measured");
    }

    @Test
    void shouldLeaveItToSeparateJobsAndThenCollect() throws IOException {
        for (int run = 1; run <= 3; run++) {
            Result one = sweep("jobs", "--point", Integer.toString(run));
            assertThat(one.exitCode()).as(one.err()).isZero();
        }
        assertThat(folder.resolve("jobs/curve.json")).doesNotExist();
        assertThat(list("jobs")).extracting(run -> run[1]).containsOnly("trained");

        Result all = sweep("jobs");
        assertThat(all.exitCode()).as(all.err()).isZero();
        assertThat(all.out()).doesNotContain("engine").contains("(scored before)");
        JsonNode curve = curve("jobs");
        assertThat(curve.path("points")).hasSize(8);
        assertThat(values(curve, "plain, equal epochs"))
                .isEqualTo(values(curve, "again, equal epochs"))
                .isNotEqualTo(values(curve, "plain, equal steps"));
        assertThat(values(curve, "plain, equal epochs").get(1))
                .isEqualTo(values(curve, "plain, equal steps").get(1));

        Result drawn =
                Command.run(
                        JftEval.class,
                        folder,
                        Map.of("JAVA_TOOL_OPTIONS", "-Djft.terminal=true"),
                        "--config",
                        "grid.yaml",
                        "--out",
                        "jobs");
        assertThat(drawn.out())
                .contains("\u001b[H\u001b[2J")
                .containsPattern("plain, equal epochs +30% .* 0\\.\\d{4}\n");

        Result narrower = sweep("jobs", "--set", "eval.sweep=", "--subset", "400");
        assertThat(narrower.out()).as("another grid, same runs").doesNotContain("engine");
        assertThat(curve("jobs").path("points")).hasSize(1);
    }

    @Test
    void shouldRefuseANumberThatNoRunHas() {
        Result result = sweep("none", "--point", "4");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--point 4: the sweep has runs 1 to 3");
    }

    @Test
    void shouldNameWhatIsWrongInAGrid() {
        assertSentence("eval.sweep.budgets=[steps]", "'eval.sweep.budget'");
        assertSentence("eval.sweep.budget=[hours]", "eval.sweep.budget");
        assertSentence(
                "eval.sweep.variants={soft: {train.objectiv: softmax}}",
                "eval.sweep.variants.soft: unknown key 'train.objectiv'",
                "'train.objective'");
        assertSentence("eval.sweep.variants={two: {seed: 2}}", "variants.two sets seed");
        assertSentence(
                "eval.sweep.variants={short: {train.schedule: {kind: constant, learning_rate: 0.1,"
                        + " warmup_steps: 3, cooldown_share: 0.5}}}",
                "equal epochs 30% seed 0: train.schedule.warmup_steps=3 and the 2 steps",
                "do not fit into a run of 4 steps");
        assertSentence(
                "eval.sweep.architecture=[resnet9s]",
                "no architecture 'resnet9s'",
                "the nearest is 'resnet");
    }

    @Test
    void shouldEndWithTheSameCurveHoweverOftenItIsKilled() throws IOException {
        String longer = "train.epochs=4";
        Result whole = sweep("whole", "--set", longer);
        assertThat(whole.exitCode()).as(whole.err()).isZero();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int kill = 0; kill < 3; kill++) {
            Set<Path> before = checkpoints("killed");
            Command command = start("killed", "--set", longer);
            Command.await(command, () -> !before.containsAll(checkpoints("killed")));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
            command.killAll();
        }
        Result last = sweep("killed", "--set", longer);
        assertThat(last.exitCode()).as("seed %d: %s", seed, last.err()).isZero();
        assertThat(withoutTimes(curve("killed")))
                .as("seed %d", seed)
                .isEqualTo(withoutTimes(curve("whole")));
    }

    private static JsonNode withoutTimes(JsonNode curve) {
        ((ObjectNode) curve).remove("created");
        return curve;
    }

    private static Set<Path> checkpoints(String out) {
        Path points = folder.resolve(out).resolve("points");
        if (!Files.exists(points)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.walk(points)) {
            return files.filter(file -> file.toString().endsWith(".zip"))
                    .collect(Collectors.toSet());
        } catch (IOException | UncheckedIOException e) {
            return Set.of(); // a file went while it was looked at
        }
    }

    private static void assertSentence(String override, String... parts) {
        Result result = sweep("wrong", "--list", "--set", override);
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).contains(parts).doesNotContain("\tat ");
    }

    private static List<Double> values(JsonNode curve, String series) {
        List<Double> values = new ArrayList<>();
        for (JsonNode point : curve.path("points")) {
            if (point.path("series").asText().equals(series)) {
                values.add(point.path("value").asDouble());
            }
        }
        assertThat(values).as(series).isNotEmpty();
        return values;
    }

    private static JsonNode curve(String out) throws IOException {
        return new ObjectMapper().readTree(folder.resolve(out).resolve("curve.json").toFile());
    }

    private static List<String[]> list(String out) {
        Result listed = sweep(out, "--list");
        assertThat(listed.exitCode()).as(listed.err()).isZero();
        return listed.out().lines().map(line -> line.split("\t")).toList();
    }

    private static Result sweep(String out, String... more) {
        return start(out, more).await();
    }

    private static Command start(String out, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--config", "grid.yaml", "--out", out));
        arguments.addAll(List.of(more));
        return Command.start(JftEval.class, folder, arguments.toArray(String[]::new));
    }
}
