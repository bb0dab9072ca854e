package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jft.data.shard.DataSet;
import org.jft.endtoend.Command.Result;
import org.jft.eval.cli.JftEval;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs without some of the images: trained, gone on with, scored. */
class DropListTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;
    private static List<String> trainKeys;
    private static List<String> testKeys;

    @BeforeAll
    static void makeData() {
        SyntheticSet.make(folder);
        trainKeys = keys("set/train");
        testKeys = keys("set/test");
    }

    @Test
    void shouldTrainWithoutTheListedImagesAndTellOneListFromAnother() throws IOException {
        Path list = folder.resolve("drop.txt");
        Files.write(list, trainKeys.subList(0, 150));
        assertThat(train("run", "drop.txt").exitCode()).isZero();
        JsonNode summary = JSON.readTree(folder.resolve("run/summary.json").toFile());
        assertThat(summary.path("subset_samples").asInt()).isEqualTo(trainKeys.size() - 150);
        assertThat(summary.path("dropped_images").asInt()).isEqualTo(150);
        assertThat(Files.readAllLines(folder.resolve("run/drop_train.txt")))
                .containsExactlyInAnyOrderElementsOf(trainKeys.subList(0, 150));

        // The run's own copy is the same list, in another order and place.
        assertThat(train("run", "run/drop_train.txt").out()).contains("already complete");
        Files.write(list, trainKeys.subList(0, 151));
        Result other = train("run", "drop.txt");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err())
                .contains("was trained on another content of set/train or another data.drop_train")
                .contains("--out");
    }

    /** As configs/paper-duplicates.yaml: the same runs, scored with and without the images. */
    @Test
    void shouldScoreTheSameRunsWithAndWithoutTheListedImages() throws IOException {
        Files.write(folder.resolve("drop-test.txt"), testKeys.subList(0, 60));
        JsonNode both =
                sweep(
                        "--set=eval.seeds=[0,1]",
                        "--set=eval.sweep.variants="
                                + "{full: {}, clean: {data.drop_test: drop-test.txt}}");
        double[] values = new double[4]; // full of seeds 0 and 1, clean of them
        for (int i = 0; i < 4; i++) {
            values[i] = both.path("points").get(i).path("value").asDouble();
        }
        try (Stream<Path> runs = Files.list(folder.resolve("sweep/points"))) {
            assertThat(runs).as("a run a seed").hasSize(2);
        }
        JsonNode difference = both.path("comparisons").get(0);
        assertThat(difference.path("series").asText()).isEqualTo("clean");
        assertThat(difference.path("difference").asDouble())
                .isNotZero()
                .isEqualTo((values[2] + values[3] - values[0] - values[1]) / 2, within(1e-9));
        assertThat(difference.path("confidence_interval").get(1).asDouble())
                .isGreaterThan(difference.path("difference").asDouble());

        JsonNode clean = sweep("--set=data.drop_test=drop-test.txt");
        assertThat(clean.path("points").get(0).path("value").asDouble()).isEqualTo(values[2]);
        assertThat(clean.toString()).contains("0 for training, 60 held out");
        assertThat(both.toString()).contains("0 for training, 0 held out");
    }

    @Test
    void shouldRefuseAListMadeForAnotherDataSet() throws IOException {
        Files.write(folder.resolve("wrong.txt"), testKeys);
        Result result = train("wrong", "wrong.txt");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains(
                        "data.drop_train=wrong.txt: none of its images is in set/train: it was made for another data set");
    }

    /** Trains once and scores anew where the held-out images differ. */
    private static JsonNode sweep(String... more) throws IOException {
        String[] arguments =
                Stream.concat(
                                Stream.of("--subset=100%", "--config=tiny.yaml", "--out=sweep"),
                                Stream.of(more))
                        .toArray(String[]::new);
        Result result = Command.run(JftEval.class, folder, arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return JSON.readTree(folder.resolve("sweep/curve.json").toFile());
    }

    private static Result train(String run, String list) {
        return Command.run(
                JftTrain.class,
                folder,
                "--config",
                "tiny.yaml",
                "--out",
                run,
                "--set=data.drop_train=" + list);
    }

    private static List<String> keys(String set) {
        try (DataSet data = DataSet.open(folder.resolve(set))) {
            return LongStream.range(0, data.rowCount())
                    .mapToObj(row -> data.key(row).toString())
                    .toList();
        }
    }
}
