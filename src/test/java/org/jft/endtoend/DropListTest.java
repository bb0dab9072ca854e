package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void shouldScoreWithoutTheListedImages() throws IOException {
        Files.write(folder.resolve("drop-test.txt"), testKeys.subList(0, 60));
        JsonNode whole = sweep();
        JsonNode part = sweep("--set=data.drop_test=drop-test.txt");

        assertThat(part.path("points").get(0).path("value"))
                .isNotEqualTo(whole.path("points").get(0).path("value"));
        assertThat(part.toString()).contains("0 for training, 60 held out");
        assertThat(whole.toString()).contains("0 for training, 0 held out");
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
