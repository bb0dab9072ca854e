package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.model.Architectures;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.jft.train.cli.JftTrain;
import org.jft.train.loop.RunFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that starts from another's checkpoint, {@code model.init_from}. */
class InitFromTest {
    /** A step so small that no float moves. */
    private static final List<String> STANDING =
            List.of("--set", "train.steps=1", "--set", "train.schedule.learning_rate=1e-30");

    @TempDir static Path folder;

    @BeforeAll
    static void trainTheOther() {
        SyntheticSet.make(folder);
        Result result = train("other", List.of(), "train.ema_decay=0.9");
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    @Test
    void shouldStartWithTheAverageOfTheOtherRunAllLayersButTheHead() {
        assertThat(train("again", STANDING, "model.init_from=other").exitCode()).isZero();
        Checkpoint other = last("other", 12);
        FloatBuffer average =
                other.optimizerState()
                        .slice(other.parameters().limit(), other.parameters().limit());
        assertThat(average).isNotEqualTo(other.parameters());
        for (Slice slice : trainable(other)) {
            if (!slice.layer().equals(Architectures.HEAD)) {
                assertThat(values(last("again", 1).parameters(), slice))
                        .as("%s %s", slice.layer(), slice.kind())
                        .isEqualTo(values(average, slice));
            }
        }
    }

    @Test
    void shouldDrawAHeadOfOtherClassesAndKeepItsOwnAverageInStep() {
        String classes = "model.classes=60";
        String average = "train.ema_decay=0.5";
        train("wider", STANDING, classes, average, "model.init_from=other");
        train("drawn", STANDING, classes, average);
        Checkpoint wider = last("wider", 1);
        FloatBuffer own = wider.parameters();
        FloatBuffer kept = wider.optimizerState().slice(own.limit(), own.limit());
        FloatBuffer drawn = last("drawn", 1).parameters();
        for (Slice slice : trainable(wider)) {
            boolean head = slice.layer().equals(Architectures.HEAD);
            if (head) {
                assertThat(values(own, slice)).isEqualTo(values(drawn, slice));
            } else if (slice.kind().name().equals("WEIGHT")) {
                assertThat(values(own, slice)).isNotEqualTo(values(drawn, slice));
            }
            assertThat(values(kept, slice)).isEqualTo(values(own, slice));
        }
    }

    /** A run that has a checkpoint goes on without what it started from, to the same numbers. */
    @Test
    void shouldNeedTheOtherRunOnlyUntilItHasStarted() throws IOException {
        train("source", STANDING);
        assertThat(train("begun", List.of(), "model.init_from=source").exitCode()).isZero();
        Runs runs = new Runs(folder);
        String hash = runs.parametersHash("begun");
        RunFolder begun = new RunFolder(folder.resolve("begun"));
        Files.delete(begun.summary());
        Files.delete(begun.checkpoints(1).file(12));
        Files.move(folder.resolve("source"), folder.resolve("elsewhere"));
        Result resumed = train("begun", List.of(), "model.init_from=source");
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(runs.parametersHash("begun")).isEqualTo(hash);
        Result another = train("begun", List.of(), "model.init_from=elsewhere");
        assertThat(another.exitCode()).isEqualTo(2);
        assertThat(another.err()).contains("model.init_from was \"source\", now \"elsewhere\"");
    }

    @Test
    void shouldFindTheRunsOfASweepWhoseSourceIsGone() throws IOException {
        train("pre", STANDING);
        assertThat(sweep("100").exitCode()).isZero();
        String curve = Files.readString(folder.resolve("swept/curve.csv"));
        Files.move(folder.resolve("pre"), folder.resolve("post"));
        Result again = sweep("100");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("scored before").doesNotContain("engine");
        assertThat(folder.resolve("swept/curve.csv")).hasContent(curve);
        Result more = sweep("100,200");
        assertThat(more.exitCode()).isEqualTo(2);
        assertThat(more.err()).contains("model.init_from=pre is gone");
        assertThat(more.out()).as("nothing is trained").doesNotContain("engine");
    }

    private static Result sweep(String subsets) {
        return Command.run(
                JftEval.class,
                folder,
                "--config=tiny.yaml",
                "--out=swept",
                "--subset=" + subsets,
                "--set=eval.sweep.init=[pre]",
                "--set=train.steps=2");
    }

    @Test
    void shouldSayWhatDoesNotFit() {
        Result none = train("none", STANDING, "model.init_from=nowhere");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err())
                .contains("nowhere: neither a checkpoint nor the folder of a run with one");
        Result wider = train("thick", STANDING, "model.init_from=other", "model.width=8");
        assertThat(wider.exitCode()).isEqualTo(2);
        assertThat(wider.err())
                .contains("cannot start this network", "[4, 3, 3, 3]", "[8, 3, 3, 3]");
    }

    private static Checkpoint last(String run, long step) {
        return new RunFolder(folder.resolve(run)).checkpointOf(step);
    }

    private static List<Slice> trainable(Checkpoint checkpoint) {
        return GraphLayouts.of(checkpoint.graph()).slices().stream()
                .filter(Slice::trainable)
                .toList();
    }

    private static float[] values(FloatBuffer all, Slice slice) {
        float[] values = new float[slice.length()];
        all.get(slice.offset(), values);
        return values;
    }

    private static Result train(String run, List<String> more, String... sets) {
        List<String> all = new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run));
        all.addAll(more);
        for (String set : sets) {
            all.addAll(List.of("--set", set));
        }
        return Command.run(JftTrain.class, folder, all.toArray(String[]::new));
    }
}
