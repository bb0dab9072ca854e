package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jft.data.shard.DataSet;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on some of the data set's classes: trained, gone on with, scored. */
class ClassListTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;
    private static List<String> classes;
    private static List<String> roots;

    @BeforeAll
    static void makeData() throws IOException {
        SyntheticSet.make(folder);
        try (DataSet data = DataSet.open(folder.resolve("set/train"))) {
            classes = data.taxonomy().names();
            roots =
                    data.taxonomy().classes().stream()
                            .filter(c -> c.parents().isEmpty())
                            .map(c -> c.name())
                            .toList();
            assertThat(roots.size()).isBetween(2, data.classCount() - 1);
        }
    }

    @Test
    void shouldLearnTheListedClassesOnlyAndTellOneListFromAnother() throws IOException {
        Path list = folder.resolve("roots.txt");
        Files.write(list, roots);
        assertThat(train("run").exitCode()).isZero();
        JsonNode summary = JSON.readTree(folder.resolve("run/summary.json").toFile());
        assertThat(summary.path("classes").asInt()).isEqualTo(roots.size());
        assertThat(folder.resolve("run/classes.txt")).hasContent(String.join("\n", roots));
        assertThat(Files.readString(folder.resolve("run/config.json")))
                .contains("\"classes\" : \"roots.txt\"");

        Files.write(folder.resolve("copy.txt"), roots);
        assertThat(train("run", "--set", "data.classes=copy.txt").out())
                .contains("already complete");
        Files.write(list, roots.subList(1, roots.size()));
        Result other = train("run");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err())
                .contains("was trained on another content of set/train or other data.classes")
                .contains("--out");
    }

    /** The same images for a run on few classes and one on all, as the paper compares them. */
    @Test
    void shouldTrainOnTheImagesOfTheListedClassesOnlyWhateverIsLearned() throws IOException {
        Files.write(folder.resolve("one.txt"), roots.subList(0, 1));
        int expected = imagesOf(roots.get(0));
        for (String classes : new String[] {"", "one.txt"}) {
            String run = "of-one" + classes;
            Result result = trainOn(run, "one.txt", classes);
            assertThat(result.exitCode()).as(result.err()).isZero();
            JsonNode summary = JSON.readTree(folder.resolve(run + "/summary.json").toFile());
            assertThat(summary.path("subset_samples").asInt()).isEqualTo(expected);
            assertThat(summary.path("classes").asInt() == 1).isEqualTo(!classes.isEmpty());
            assertThat(folder.resolve(run + "/images_of.txt")).hasContent(roots.get(0));
        }
        assertThat(trainOn("of-one", "of-one/images_of.txt", "").out())
                .contains("already complete");
        Files.write(folder.resolve("other.txt"), roots.subList(1, 2));
        assertThat(trainOn("of-one", "other.txt", "").err())
                .contains("was trained on another content of set/train or another data.images_of");
        Files.writeString(folder.resolve("none.txt"), "unicorn\n");
        assertThat(trainOn("of-none", "none.txt", "").err())
                .contains("none.txt: 'unicorn' is no class of the data set");
    }

    /** Counts the images with the class among their labels, filled upward; some have none. */
    private static int imagesOf(String name) {
        try (DataSet data = DataSet.open(folder.resolve("set/train"))) {
            int id = data.taxonomy().find(name).orElseThrow();
            int count = 0;
            for (long row = 0; row < data.rowCount(); row++) {
                int[] filled = data.taxonomy().fillUpward(data.labels(row)).ids();
                count += Arrays.binarySearch(filled, id) >= 0 ? 1 : 0;
            }
            assertThat((long) count).isBetween(1L, data.rowCount() - 1);
            return count;
        }
    }

    private static Result trainOn(String run, String images, String classes) {
        return Command.run(
                JftTrain.class,
                folder,
                "--config",
                "tiny.yaml",
                "--out",
                run,
                "--set=data.images_of=" + images,
                "--set=data.classes=" + classes);
    }

    @Test
    void shouldScoreARunOnTheClassesItLearned() throws IOException {
        Files.write(folder.resolve("some.txt"), roots.subList(0, 2));
        Result sweep =
                Command.run(
                        JftEval.class,
                        folder,
                        "--subset=50%",
                        "--config=tiny.yaml",
                        "--out=sweep",
                        "--set=data.classes=some.txt");
        assertThat(sweep.exitCode()).as(sweep.err()).isZero();
        JsonNode curve = JSON.readTree(folder.resolve("sweep/curve.json").toFile());
        assertThat(curve.path("points")).hasSize(1);
        // Two classes that nearly halve the images: chance is far above one of dozens of classes.
        assertThat(curve.path("points").get(0).path("value").asDouble()).isGreaterThan(0.2);
        try (Stream<Path> runs = Files.list(folder.resolve("sweep/points"))) {
            assertThat(runs)
                    .singleElement()
                    .satisfies(
                            run ->
                                    assertThat(run.resolve("classes.txt"))
                                            .hasContent(String.join("\n", roots.subList(0, 2))));
        }
    }

    /** As configs/paper-classes.yaml: networks of different label spaces on what they share. */
    @Test
    void shouldScoreTwoLabelSpacesOnTheClassesTheyShare() throws IOException {
        Files.write(folder.resolve("two.txt"), roots.subList(0, 2));
        String few = "{all: {}, few: {data.classes: two.txt}}";
        Result result = compare("eval.classes=two.txt", "eval.sweep.variants=" + few);
        assertThat(result.exitCode()).as(result.err()).isZero();
        double[] shared = values();
        assertThat(shared).hasSize(2);

        // What a run has learned alone is what it is scored on without the list.
        assertThat(compare("data.classes=two.txt").out()).contains("scored before");
        assertThat(values()).containsExactly(shared[1]);
        assertThat(compare().exitCode()).isZero();
        assertThat(values()[0]).as("on dozens of classes").isLessThan(shared[0]);
        // In another order, all classes have the same mean.
        double onAll = values()[0];
        List<String> reversed = new ArrayList<>(classes);
        Collections.reverse(reversed);
        Files.write(folder.resolve("reversed.txt"), reversed);
        assertThat(compare("eval.classes=reversed.txt").out()).doesNotContain("scored before");
        assertThat(values()[0]).isEqualTo(onAll, within(1e-9));

        Result unlearned = compare("data.classes=two.txt", "eval.classes=reversed.txt");
        assertThat(unlearned.exitCode()).isEqualTo(2);
        assertThat(unlearned.err()).contains("is no class that the network learns");
    }

    private static Result compare(String... sets) {
        List<String> all =
                new ArrayList<>(List.of("--subset=50%", "--config=tiny.yaml", "--out=spaces"));
        Stream.of(sets).forEach(set -> all.add("--set=" + set));
        return Command.run(JftEval.class, folder, all.toArray(String[]::new));
    }

    private static double[] values() throws IOException {
        JsonNode curve = JSON.readTree(folder.resolve("spaces/curve.json").toFile());
        double[] values = new double[curve.path("points").size()];
        Arrays.setAll(values, i -> curve.path("points").get(i).path("value").asDouble());
        return values;
    }

    private static Result train(String run, String... more) {
        String[] arguments = new String[5 + more.length];
        System.arraycopy(
                new String[] {
                    "--config", "tiny.yaml", "--out", run, "--set=data.classes=roots.txt"
                },
                0,
                arguments,
                0,
                5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        return Command.run(JftTrain.class, folder, arguments);
    }
}
