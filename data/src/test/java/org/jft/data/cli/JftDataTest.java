package org.jft.data.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.jft.core.cli.CommandRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JftDataTest {
    @TempDir private Path folder;
    private StringWriter out;
    private StringWriter err;

    private int run(Object... args) {
        out = new StringWriter();
        err = new StringWriter();
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        return CommandRunner.run(
                new JftData(), new PrintWriter(out, true), new PrintWriter(err, true), texts);
    }

    private Path synth() {
        Path set = folder.resolve("set");
        int exitCode =
                run(
                        "synth",
                        set,
                        "--images",
                        60,
                        "--test-images",
                        10,
                        "--size",
                        16,
                        "--classes",
                        6,
                        "--uniform-noise",
                        "30%",
                        "--dropped",
                        "20%");
        assertThat(exitCode).as(err.toString()).isZero();
        return set;
    }

    @Test
    void shouldImportCountAndVerifyAnnotations() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        ImageIO.write(
                new BufferedImage(40, 50, BufferedImage.TYPE_INT_RGB),
                "png",
                images.resolve("a.png").toFile());
        Path json = folder.resolve("a.json");
        Files.writeString(
                json,
                """
                {"images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 50}],
                 "categories": [{"id": 1, "name": "cat"}],
                 "annotations": [
                  {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 30, 30], "area": 1023.5},
                  {"id": 2, "image_id": 1, "category_id": 1, "bbox": [0, 0, 32, 32], "iscrowd": 1,
                   "segmentation": {"size": [50, 40], "counts": [0, 1024, 976]},
                   "keypoints": [1, 1, 2, 0, 0, 0]}]}
                """);
        Path set = folder.resolve("coco");
        assertThat(run("import", "coco", json, images, set)).as(err.toString()).isZero();
        assertThat(run("stats", set)).isZero();
        assertThat(out.toString().lines())
                .contains(
                        "annotations: 2 objects in 1 images, of which 0 have none; 1 small, 1"
                                + " medium, 0 large; 1 crowds, 0 difficult",
                        "masks: of 1 objects, and of the classes of 0 images; keypoints: 1 of 1"
                                + " objects");
        assertThat(run("stats", set, "--json")).isZero();
        JsonNode counts = new ObjectMapper().readTree(out.toString());
        assertThat(counts.path("annotations").path("objects").asInt()).isEqualTo(2);
        assertThat(counts.path("classes").path(0).path("objects").asInt()).isEqualTo(2);
        assertThat(run("verify", set)).isZero();
        assertThat(run("import", "voc", folder, folder.resolve("voc"))).isEqualTo(2);
        assertThat(err.toString()).contains("JPEGImages: no such folder");
    }

    @Test
    void shouldDrawDescribeAndVerifyADataSet() throws IOException {
        Path set = synth();
        assertThat(out.toString().lines())
                .containsExactly(
                        set.resolve("train") + ": 60 images, 13 classes",
                        set.resolve("test") + ": 10 images, 13 classes");
        assertThat(run("stats", set.resolve("train"))).isZero();
        assertThat(out.toString())
                .contains("classes: 13; deepest 2 below a root")
                .contains("noise, observed labels: precision 0.", "lowest recall (95% interval): '")
                .contains("doubtful labels: 0; ")
                .contains("solid red circle");
        assertThat(run("stats", set.resolve("train"), "--json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("images").asLong()).isEqualTo(60);
        assertThat(json.get("classes")).hasSize(13);
        assertThat(json.get("observed_noise").get("recall").asDouble()).isBetween(0.2, 0.8);
        JsonNode lowest = json.get("classes").get(1).get("recall");
        assertThat(lowest.get("share").asDouble())
                .isBetween(lowest.get("low").asDouble(), lowest.get("high").asDouble());
        assertThat(run("verify", set.resolve("train"))).isZero();
        assertThat(out.toString()).contains("60 images in 1 shards, all sound");
    }

    @Test
    void shouldDrawAContactSheetAndAPageOfStatistics() throws IOException {
        Path set = synth().resolve("train");
        Path sheet = folder.resolve("sheet.png");
        assertThat(run("show", set, "--contact-sheet", sheet, "--rows", 2, "--columns", 3))
                .isZero();
        assertThat(out.toString().strip()).isEqualTo(sheet + ": 6 images as training sees them");
        BufferedImage picture = ImageIO.read(sheet.toFile());
        assertThat(picture.getWidth()).isGreaterThan(3 * 160).isLessThan(4 * 160);
        assertThat(run("show", set, "--contact-sheet", sheet, "--evaluation", "--subset", "5"))
                .isZero();
        assertThat(out.toString()).contains("5 images as evaluation sees them");

        Path page = folder.resolve("set.html");
        assertThat(run("stats", set, "--html", page)).isZero();
        assertThat(out.toString()).contains("duplicates: 0 images", "doubtful class names: 0");
        assertThat(page).content().contains("<strong>60</strong>", "solid red circle");

        Path table = folder.resolve("classes.csv");
        assertThat(run("stats", set, "--csv", table)).isZero();
        assertThat(Files.readAllLines(table))
                .hasSize(14)
                .anyMatch(
                        line ->
                                line.matches(
                                        "\\d+,solid red circle,\\d+,\\d+(,[01]\\.\\d{4}){6},"));
    }

    @Test
    void shouldPrepareAContactSheetAsTheRunOfAConfigDoes() throws IOException {
        Path set = synth().resolve("train");
        Path classes = Files.writeString(folder.resolve("one.txt"), "red\n");
        Path config =
                Files.writeString(
                        folder.resolve("run.yaml"),
                        """
                        data: {train: elsewhere, image: {size: 120}, subset: 4, classes: %s}
                        model: {architecture: resnet8s}
                        train:
                          global_batch: 8
                          steps: 1
                          optimizer: {kind: sgd}
                          schedule: {kind: constant, learning_rate: 0.1}
                        """
                                .formatted(classes));
        Path sheet = folder.resolve("sheet.png");
        int exitCode =
                run("show", set, "--contact-sheet", sheet, "--config", config, "--columns", 1);
        assertThat(exitCode).as(err.toString()).isZero();
        assertThat(out.toString()).contains("4 images");
        assertThat(ImageIO.read(sheet.toFile()).getWidth()).isLessThan(160);
    }

    @Test
    void shouldListAlteredShardsAndRowsAndExitOne() throws IOException {
        Path set = synth();
        Path shard = set.resolve("train/shard-00000.parquet");
        try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
            // a byte within the pixels of some image: images fill most of the file
            long position = file.length() / 2;
            file.seek(position);
            int value = file.read();
            file.seek(position);
            file.write(value ^ 0x55);
        }
        assertThat(run("verify", set.resolve("train"))).isEqualTo(1);
        assertThat(out.toString())
                .contains(shard + ": altered: its SHA-256 is ")
                .containsPattern(
                        "shard-00000.parquet row \\d+ \\(train/\\d+.png\\): the image's"
                                + " bytes do not match its key")
                .contains("2 problems in 60 images and 1 shards");
    }

    @Test
    void shouldAnswerMistakesInOneSentenceAndExitTwo() {
        Path set = synth();
        assertThat(run("synth", set)).isEqualTo(2);
        assertThat(err.toString()).contains("holds a data set already").contains("--overwrite");
        assertThat(run("synth", folder.resolve("x"), "--dropped", "0.4")).isEqualTo(2);
        assertThat(err.toString()).contains("--dropped takes a percentage").contains("'0.4'");
        assertThat(run("stats", set)).isEqualTo(2);
        assertThat(err.toString()).contains("holds the data sets test, train; name one of them");
        assertThat(run("stats")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter: 'SET'");
        assertThat(run("show", set)).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required option: '--contact-sheet=FILE'");
        assertThat(run("show", set, "--contact-sheet", "x.png", "--rows", 0)).isEqualTo(2);
        assertThat(err.toString()).contains("--rows and --columns must give 1 to 10000 pictures");
        assertThat(run("stats", set, "--jason")).isEqualTo(2);
        assertThat(err.toString()).contains("Did you mean '--json'");
        assertThat(run("import")).isEqualTo(2);
        assertThat(err.toString()).contains("jft-data import: Missing required subcommand");
        assertThat(run("import", "folder", folder.resolve("nowhere"), folder.resolve("y")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("nowhere: no such folder");
        assertThat(run("import", "folder", folder, folder.resolve("y"), "--min-images", 0))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--min-images must be at least 1: 0");
        assertThat(run("import", "webdataset", folder + "/*.tar", folder.resolve("y")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("*.tar: matches no file");
        assertThat(run("import", "tfrecord", folder.resolve("t"), folder.resolve("y")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("t: no such file");
        assertThat(
                        run(
                                "import",
                                "folder",
                                folder,
                                folder.resolve("y"),
                                "--max-side",
                                9,
                                "--max-short-side",
                                9))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--max-side and --max-short-side exclude each other");
        assertThat(run("import", "folder", folder, folder.resolve("y"), "--engine", "spark"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--engine spark: Spark is not on the class path; start with");
        assertThat(run("import", "folder", folder, folder.resolve("y"), "--engine", "flink"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--engine flink: there is local and spark");
    }

    @Test
    void shouldExitOneWhenTheDataIsBroken() throws IOException {
        Path set = synth();
        Files.delete(set.resolve("train/shard-00000.parquet"));
        assertThat(run("stats", set.resolve("train"))).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "jft-data stats: %s: missing, but manifest.json lists it"
                                .formatted(set.resolve("train/shard-00000.parquet")));
    }

    @Test
    void shouldShowExamplesInEveryHelp() {
        for (String[] command :
                new String[][] {
                    {"--help"},
                    {"import", "folder", "--help"},
                    {"import", "manifest", "--help"},
                    {"import", "idx", "--help"},
                    {"import", "webdataset", "--help"},
                    {"import", "tfrecord", "--help"},
                    {"import", "parquet", "--help"},
                    {"synth", "--help"},
                    {"stats", "--help"},
                    {"show", "--help"},
                    {"verify", "--help"}
                }) {
            assertThat(run((Object[]) command)).isZero();
            assertThat(out.toString()).contains("Example").contains("  jft-data ");
        }
    }
}
