package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.DataConfig;
import org.jft.core.config.FineTuneConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.config.TransferTarget;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.data.order.Selection;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.jft.eval.transfer.dataset.Target;
import org.jft.eval.transfer.finetune.FineTuneRun;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jft-eval transfer}, and runs of jft-train that start from another's layers. */
class TransferTest {
    private static final String CONFIG =
            """
            name: study
            pretrained: pre
            seeds: [3, 4]
            targets:
              - {name: many, train: set/train, test: set/test, objective: sigmoid,
                 train_images: 120, test_images: 60}
              - {name: one, train: set/train, test: set/test, objective: softmax, size: 12,
                 train_images: 90, test_images: 60}
            few_shot: {shots: [2], l2: [1, 1024]}
            linear: {l2: [0.001, 0.1], iterations: 20}
            knn: {neighbours: [5]}
            fine_tune: {batch: 16, steps: 3, learning_rates: [0.01, 0.1]}
            """;

    @TempDir static Path folder;

    @BeforeAll
    static void train() throws IOException {
        SyntheticSet.make(folder);
        Files.writeString(folder.resolve("study.yaml"), CONFIG);
        done(Command.run(JftTrain.class, folder, "--config", "tiny.yaml", "--out", "pre"));
    }

    @Test
    void shouldCompareBothStartsThenReuseAllOfIt() throws IOException {
        Result first = transfer();
        done(first);
        JsonNode json = new ObjectMapper().readTree(folder.resolve("out/transfer.json").toFile());
        assertThat(json.path("results")).hasSize(2 * 4);
        for (JsonNode result : json.path("results")) {
            assertThat(result.path("pairs").asInt()).isEqualTo(2);
            assertThat(result.path("pretrained").asDouble()).isBetween(0.0, 1.0);
            double difference = result.path("difference").asDouble();
            assertThat(difference)
                    .isBetween(
                            result.path("t_interval").path(0).asDouble(),
                            result.path("t_interval").path(1).asDouble());
        }
        assertThat(json.path("points")).hasSize(2 * 4 * 2 * 2);
        String csv = Files.readString(folder.resolve("out/transfer.csv"));
        assertThat(csv)
                .contains("many,few_shot_2,random,3,map_at_100,")
                .contains("one,fine_tune,pretrained,4,top1,")
                .containsPattern("one,linear,random,3,top1,[0-9.E-]+,l2=0\\.");

        Map<Path, FileTime> written = times();
        Result again = transfer();
        done(again);
        assertThat(times()).hasSizeGreaterThan(2 * 4 * 2 * 2).isEqualTo(written);
        assertThat(folder.resolve("out/transfer.csv")).hasContent(csv);

        // The same bits without anything kept.
        Result elsewhere = transfer("--out", "elsewhere", "--set", "methods=[linear,knn,few_shot]");
        done(elsewhere);
        assertThat(Files.readAllLines(folder.resolve("elsewhere/transfer.csv")))
                .containsExactlyElementsOf(
                        csv.lines().filter(line -> !line.contains("fine_tune")).toList());
    }

    @Test
    void shouldStartFromAnotherRunsLayersAndLeaveTheFrozenOnes() {
        done(
                Command.run(
                        JftTrain.class,
                        folder,
                        "--config",
                        "tiny.yaml",
                        "--out",
                        "frozen",
                        "--set",
                        "model.init_from=pre",
                        "--set",
                        "model.freeze_up_to=layer2.0.bn1",
                        "--set",
                        "seed=9",
                        "--set",
                        "train.steps=2"));
        Checkpoint before =
                CheckpointFile.read(folder.resolve("pre/checkpoints").resolve(file(12)));
        Checkpoint after =
                CheckpointFile.read(folder.resolve("frozen/checkpoints").resolve(file(2)));
        for (Slice slice : GraphLayouts.of(after.graph()).slices()) {
            FloatBuffer then = before.parameters().slice(slice.offset(), slice.length());
            FloatBuffer now = after.parameters().slice(slice.offset(), slice.length());
            boolean frozen =
                    List.of("conv1", "bn1", "layer1.0.conv2", "layer2.0.bn1")
                            .contains(slice.layer());
            if (frozen) {
                assertThat(now).as(slice.layer()).isEqualTo(then);
            } else if (slice.layer().equals("layer3.0.conv2")) {
                // Moved by two steps, not drawn anew.
                assertThat(now).as(slice.layer()).isNotEqualTo(then);
                assertThat(distance(now, then)).isLessThan(0.2 * distance(then, null));
            }
        }
    }

    @Test
    void shouldLetProbesAndFineTuningFitTheSameImagesAndHoldOutTheRest() {
        RunConfig pretraining = ConfigLoader.load(folder.resolve("tiny.yaml"), List.of());
        TransferTarget config =
                new TransferTarget(
                        "t",
                        folder.resolve("set/train").toString(),
                        folder.resolve("set/test").toString(),
                        Objective.SIGMOID,
                        Subset.parse("120"),
                        null,
                        0,
                        null);
        FineTuneConfig tuning = new FineTuneConfig(null, 16, 0, null, null, 0);
        try (Target target = Target.open(config, pretraining, 0.25)) {
            Set<List<Long>> ofSeeds = new HashSet<>();
            for (long seed = 0; seed < 5; seed++) {
                Selection learnt = target.learnt(seed);
                LongPredicate heldOut = target.heldOut(seed);
                DataConfig search = run(target, tuning, seed, true).config().data();
                Selection fitted =
                        Selection.of(target.train(), search.subset(), search.subsetSeed());
                assertThat(learnt.count()).isEqualTo(120);
                assertThat(fitted.count()).isEqualTo(90);
                List<Long> rows = new ArrayList<>();
                for (long row = 0; row < target.train().rowCount(); row++) {
                    assertThat(target.fitted(seed).contains(row)).isEqualTo(fitted.contains(row));
                    assertThat(fitted.contains(row) && heldOut.test(row)).isFalse();
                    assertThat(fitted.contains(row) || heldOut.test(row))
                            .isEqualTo(learnt.contains(row));
                    if (learnt.contains(row)) {
                        rows.add(row);
                    }
                }
                ofSeeds.add(rows);
                DataConfig whole = run(target, tuning, seed, false).config().data();
                assertThat(whole.subset()).isEqualTo(config.trainImages());
                assertThat(whole.subsetSeed()).isEqualTo(seed);
            }
            assertThat(ofSeeds).hasSize(5);
        }
    }

    private static FineTuneRun run(
            Target target, FineTuneConfig tuning, long seed, boolean searching) {
        return new FineTuneRun(
                target, tuning, null, seed, 0.1, searching, folder.resolve("unused"));
    }

    @Test
    void shouldSayWhatIsWrongWithAConfig() {
        Result unknown = transfer("--set", "targets=[{nam: x}]");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err())
                .contains(
                        "unknown key 'targets[0].nam'; the nearest valid key is 'targets[0].name'");
        Result missing = transfer("--set", "pretrained=nowhere", "--out", "none");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err()).contains("nowhere: neither a checkpoint nor the folder of a run");
    }

    /** Returns when each feature, point and run was last written. */
    private static Map<Path, FileTime> times() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        for (String part : List.of("features", "points", "runs")) {
            try (Stream<Path> files = Files.walk(folder.resolve("out").resolve(part))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    times.put(file, Files.getLastModifiedTime(file));
                }
            }
        }
        return times;
    }

    private static double distance(FloatBuffer a, FloatBuffer b) {
        double squares = 0;
        for (int i = 0; i < a.remaining(); i++) {
            double difference = a.get(i) - (b == null ? 0 : b.get(i));
            squares += difference * difference;
        }
        return Math.sqrt(squares);
    }

    private static String file(long step) {
        return "step-%09d.zip".formatted(step);
    }

    private static void done(Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    private static Result transfer(String... options) {
        List<String> all = new ArrayList<>(List.of("transfer", "--config", "study.yaml"));
        if (!List.of(options).contains("--out")) {
            all.addAll(List.of("--out", "out"));
        }
        all.addAll(List.of(options));
        return Command.run(JftEval.class, folder, all.toArray(String[]::new));
    }
}
