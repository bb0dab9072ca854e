package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Box;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.Keypoint;
import org.jft.data.annotation.RandomAnnotations;
import org.jft.data.annotation.RunLengthMask;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.ShardLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CocoSourceTest {
    /** Categories with gaps in their ids, not in order; images and annotations mixed. */
    private static final String SMALL =
            """
            {"info": {"year": 2026, "nested": [{"images": 3}]},
             "annotations": [
               {"id": 5, "image_id": 70, "category_id": 90, "iscrowd": 0, "area": 2.5,
                "bbox": [1.25, 2.5, 3.75, 4.0], "segmentation": [[1, 2, 5, 2, 5, 6, 1, 6]]},
               {"id": 6, "image_id": 9, "category_id": 7, "iscrowd": 1, "area": 9, "bbox": [0, 0, 9, 7],
                "segmentation": {"size": [7, 9], "counts": [7, 14, 42]}},
               {"id": 7, "image_id": 70, "category_id": 7, "bbox": [0, 0, 2, 2], "iscrowd": 1,
                "segmentation": {"counts": "7>Z1", "size": [7, 9]},
                "keypoints": [0, 0, 0, 3, 4, 1, 8, 6, 2], "num_keypoints": 2},
               {"id": 8, "image_id": 70, "category_id": 7, "bbox": [3, 3, 0, 2]}],
             "images": [
               {"id": 70, "file_name": "a/b.png", "width": 9, "height": 7, "license": null},
               {"id": 8, "file_name": "empty.png", "width": 9, "height": 7},
               {"id": 9, "file_name": "c.png", "width": 9, "height": 7}],
             "categories": [{"id": 90, "name": "zebra"}, {"id": 7, "name": "person",
                "supercategory": "person", "keypoints": ["nose", "left", "right"]}, {"id": 8, "name": "unused"}]}
            """;

    private final List<String> told = new ArrayList<>();
    @TempDir private Path folder;

    private Path json(String text) throws IOException {
        Path file = folder.resolve("annotations.json");
        Files.writeString(file, text);
        Files.createDirectories(folder.resolve("images"));
        return file;
    }

    private CocoSource source(String text) throws IOException {
        return new CocoSource(CocoSource.Part.of(json(text), folder.resolve("images")), null);
    }

    private void writeImages(String... names) throws IOException {
        for (int i = 0; i < names.length; i++) {
            TestImages.write(folder.resolve("images").resolve(names[i]), TestImages.png(i));
        }
    }

    private ImportReport run(Source source, ImportOptions options) {
        return new Importer().run(source, options, folder.resolve("out"), told::add);
    }

    private static ImportOptions options(ShrinkRule shrink, double maxQuarantine) {
        return new ImportOptions(
                new SplitRule.AsListed(), 1, shrink, 50, maxQuarantine, ShardLayout.DEFAULT, false);
    }

    private static List<Entry> entries(Source source) {
        List<Entry> entries = new ArrayList<>();
        source.list(0, entries::add);
        return entries;
    }

    @Test
    void shouldImportBoxesMasksAndKeypoints() throws IOException {
        writeImages("a/b.png", "empty.png", "c.png");
        ImportReport report = run(source(SMALL), ImportOptions.DEFAULT);
        assertThat(report.listed()).isEqualTo(3);
        assertThat(report.quarantined()).isZero();
        assertThat(told)
                .containsExactly(
                        folder.resolve("annotations.json") + ": 1 boxes have no area: left aside",
                        "1 images have no label");
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(data.taxonomy().names()).containsExactly("person", "zebra"); // by id
            assertThat(data.labels(0).ids()).containsExactly(0, 1);
            Annotations first = data.annotations(0).orElseThrow();
            Instance zebra = first.instances().get(0);
            assertThat(zebra.classId()).isEqualTo(1);
            assertThat(zebra.box()).isEqualTo(new Box(1.25f, 2.5f, 3.75f, 4));
            assertThat(zebra.area()).isEqualTo(2.5f);
            assertThat(zebra.crowd()).isFalse();
            assertThat(zebra.mask().bounds()).isEqualTo(new Box(1, 2, 4, 4));
            assertThat(zebra.keypoints()).isNull();
            Instance person = first.instances().get(1);
            assertThat(person.crowd()).isTrue();
            assertThat(person.mask()).isEqualTo(new RunLengthMask(9, 7, new int[] {7, 14, 42}));
            assertThat(person.area()).isEqualTo(14); // not given: its mask's
            assertThat(person.keypoints())
                    .containsExactly(
                            Keypoint.NONE,
                            new Keypoint(3.5f, 4.5f, Keypoint.Visibility.HIDDEN),
                            new Keypoint(8.5f, 6.5f, Keypoint.Visibility.VISIBLE));
            assertThat(data.annotations(1).orElseThrow().instances()).isEmpty();
            assertThat(data.annotations(2).orElseThrow().instances().get(0).mask())
                    .isEqualTo(person.mask());
            assertThat(data.locate(2)).endsWith("(c.png)");
        }
        assertThat(new Verifier(folder.resolve("out").toString()).run().problems()).isEmpty();
    }

    @Test
    void shouldMoveAnnotationsWithShrunkAndTurnedPixels() throws IOException {
        // stored 30 x 40 for EXIF 6: upright 40 x 30, then 20 x 15
        Files.createDirectories(folder.resolve("images"));
        Files.write(
                folder.resolve("images/a.jpg"),
                TestImages.withExif(TestImages.storedFor(6, 40, 30), "jpg", 6));
        CocoSource source =
                source(
                        """
                        {"images": [{"id": 1, "file_name": "a.jpg", "width": 30, "height": 40}],
                         "categories": [{"id": 1, "name": "corner"}],
                         "annotations": [{"id": 1, "image_id": 1, "category_id": 1,
                           "bbox": [20, 0, 10, 8], "segmentation": [[20, 0, 30, 0, 30, 8, 20, 8]]}]}
                        """);
        run(source, options(new ShrinkRule(ShrinkRule.Side.LONGER, 20, 90), 0));
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            Annotations moved = data.annotations(0).orElseThrow();
            assertThat(moved.width()).isEqualTo(data.width(0)).isEqualTo(20);
            // EXIF 6: what is stored last in a row is upright at the bottom
            Instance corner = moved.instances().get(0);
            assertThat(corner.box()).isEqualTo(new Box(16, 10, 4, 5));
            assertThat(corner.mask().bounds()).isEqualTo(corner.box());
            assertThat(corner.area()).isEqualTo(20);
        }
    }

    @Test
    void shouldFindEveryAnnotationInALongFileWhereverItLies() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int images = 50;
        List<List<String>> expected = new ArrayList<>();
        StringBuilder listed = new StringBuilder();
        for (int i = 0; i < images; i++) {
            expected.add(new ArrayList<>());
            listed.append(i == 0 ? "" : ",\n  ")
                    .append(
                            "{\"id\": %d, \"file_name\": \"ä%d.png\", \"width\": 20, \"height\": 10}"
                                    .formatted(1000 - 3 * i, i));
        }
        StringBuilder annotations = new StringBuilder();
        for (int a = 0; a < 3000; a++) {
            int image = random.nextInt(images);
            String mask = RandomAnnotations.mask(random, 20, 10).toCoco();
            expected.get(image).add(mask);
            annotations
                    .append(a == 0 ? "" : random.nextBoolean() ? "," : " ,\r\n")
                    .append(
                            ("{\"segmentation\": {\"size\": [10, 20], \"counts\": \"%s\"}, \"note\": \"é{]\","
                                            + " \"bbox\": [0, 0, 1, 1], \"image_id\": %d, \"category_id\": 1}")
                                    .formatted(mask.replace("\\", "\\\\"), 1000 - 3 * image));
        }
        String text =
                "\ufeff{\"annotations\": [%s], \"categories\": [{\"id\": 1, \"name\": \"x\"}], \"images\": [%s]}"
                        .formatted(annotations, listed);
        List<Entry> entries = entries(source(text));
        assertThat(entries).hasSize(images);
        for (int i = 0; i < images; i++) {
            assertThat(entries.get(i).path()).isEqualTo("ä%d.png".formatted(i));
            assertThat(entries.get(i).annotated().annotations().instances())
                    .as("seed=%d, image=%d", seed, i)
                    .extracting(instance -> instance.mask().toCoco())
                    .isEqualTo(expected.get(i));
        }
    }

    @Test
    void shouldListTheSameAfterATripToAnotherProcess() throws Exception {
        CocoSource source = source(SMALL);
        List<Entry> here = entries(source);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source);
            out.writeObject(here.get(0));
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(entries((Source) in.readObject())).isEqualTo(here);
            assertThat(in.readObject()).isEqualTo(here.get(0));
        }
    }

    @Test
    void shouldUniteTheObjectsOfEqualImages() throws IOException {
        writeImages("a/b.png");
        TestImages.write(folder.resolve("images/empty.png"), TestImages.png(0));
        TestImages.write(folder.resolve("images/c.png"), TestImages.png(0));
        ImportReport report = run(source(SMALL), ImportOptions.DEFAULT);
        assertThat(report.duplicates()).isEqualTo(2);
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(data.annotations(0).orElseThrow().instances())
                    .extracting(Instance::classId)
                    .containsExactly(1, 0, 0);
        }
    }

    @Test
    void shouldHoldOutASecondFileInTheSameClasses() throws IOException {
        writeImages("a/b.png", "empty.png", "c.png");
        Path train = json(SMALL);
        Path held = folder.resolve("held");
        TestImages.write(held.resolve("t.png"), TestImages.png(77));
        Path test = folder.resolve("val.json");
        Files.writeString(
                test,
                """
                {"images": [{"id": 1, "file_name": "t.png", "width": 9, "height": 7}],
                 "categories": [{"id": 90, "name": "zebra"}],
                 "annotations": [{"image_id": 1, "category_id": 90, "bbox": [1, 1, 2, 2]}]}
                """);
        run(
                new CocoSource(
                        CocoSource.Part.of(train, folder.resolve("images")),
                        CocoSource.Part.of(test, held)),
                ImportOptions.DEFAULT);
        try (DataSet data = DataSet.open(folder.resolve("out/test"))) {
            assertThat(data.taxonomy().names()).containsExactly("person", "zebra");
            assertThat(data.annotations(0).orElseThrow().instances().get(0).classId()).isEqualTo(1);
        }
    }

    @Test
    void shouldSayThatAnnotationsAreOfUnknownImages() throws IOException {
        writeImages("a/b.png", "empty.png", "c.png");
        String text = SMALL.replace("\"image_id\": 9,", "\"image_id\": 99,");
        run(source(text), ImportOptions.DEFAULT);
        assertThat(told)
                .contains(
                        folder.resolve("annotations.json")
                                + ": 1 annotations are of images that it does not list, the first"
                                + " of image 99: left aside");
    }

    @Test
    void shouldQuarantineImagesWhoseAnnotationsCannotBe() throws IOException {
        writeImages("a/b.png", "empty.png", "c.png");
        assertQuarantined(
                "\"category_id\": 90",
                "\"category_id\": 91",
                "annotation 5: the file has no category 91");
        assertQuarantined("3.75, 4.0]", "3.75]", "annotation 5: its bbox has 3 numbers, not 4");
        assertQuarantined(
                "3.75, 4.0]", "-3, 4]", "annotation 5: no box: x=1.25, y=2.5, width=-3.0");
        assertQuarantined("5, 6, 1, 6]]", "5, 6, 1]]", "annotation 5: a polygon has 7 numbers");
        assertQuarantined("[7, 14, 42]", "[7, 14, 41]", "annotation 6: a mask's runs sum to 62");
        assertQuarantined("7>Z1", "7>Z", "annotation 7: a mask's counts are cut off");
        assertQuarantined(
                "[7, 9], \"counts\": [7",
                "[9, 7], \"counts\": [7",
                "annotation 6: its mask is not");
        assertQuarantined("8, 6, 2]", "8, 6, 3]", "annotation 7: a keypoint's visibility");
        assertQuarantined("\"empty.png\", \"width\": 9", "\"empty.png\"", "do not say its size");
        assertQuarantined(
                "\"empty.png\", \"width\": 9",
                "\"empty.png\", \"width\": 10",
                "has 9x7 pixels as it is stored, its annotations are of 10x7");
        assertQuarantined("\"empty.png\"", "\"gone.png\"", "no such file");
    }

    private void assertQuarantined(String good, String bad, String reason) throws IOException {
        assertThat(SMALL).contains(good);
        deleteOut();
        ImportReport report = run(source(SMALL.replace(good, bad)), options(ShrinkRule.NONE, 1));
        assertThat(report.quarantined()).as(bad).isEqualTo(1);
        assertThat(folder.resolve("out/quarantine.tsv")).content().contains(reason);
    }

    private void deleteOut() throws IOException {
        Path out = folder.resolve("out");
        if (Files.exists(out)) {
            try (Stream<Path> files = Files.walk(out)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void shouldNameLineAndColumnOfWhatIsNotCoco() throws IOException {
        assertRefused("[]", "line 1, column 2: no object, where COCO has");
        assertRefused("{\"images\": 3}", "'images' is no list");
        assertRefused("{\"images\": [3]}", "something else than an object in 'images'");
        assertRefused("{\"images\": [{\"id\": 1}]}", "an image without file_name");
        assertRefused("{\"images\": [{\"file_name\": \"a\"}]}", "without a whole number as id");
        assertRefused(
                "{\"images\": [{\"id\": \"1\", \"file_name\": \"a\"}]}",
                "an image without a whole number as id");
        assertRefused("{}", "no list of images, as COCO has it");
        assertRefused("", "no object");
        assertRefused(
                "{\"images\": [],\n\"annotations\": [{}]}", "line 2, column 19: an annotation");
        assertRefused(
                SMALL.replace("\"id\": 8, \"name\"", "\"id\": 7, \"name\""), "a second category 7");
        assertRefused(SMALL.replace("\"id\": 8, \"file", "\"id\": 9, \"file"), "a second image 9");
        assertRefused(SMALL.replace("[1.25,", "[1.25;"), "line 4, column ", ": not JSON");
    }

    @Test
    void shouldRefuseEveryFileThatIsCutOff() throws IOException {
        byte[] whole = SMALL.strip().getBytes(StandardCharsets.UTF_8);
        for (int length = 1; length < whole.length; length += 7) {
            String cut = new String(whole, 0, length, StandardCharsets.UTF_8);
            assertRefused(cut, "line ", "cut off");
        }
    }

    private void assertRefused(String text, String... parts) throws IOException {
        CocoSource source = source(text);
        assertThatThrownBy(() -> entries(source))
                .as(text)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(folder.resolve("annotations.json") + ": ")
                .satisfies(e -> assertThat(e.getMessage()).contains(parts))
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    @Test
    void shouldNeedItsFiles() throws IOException {
        Path json = json(SMALL);
        assertThatThrownBy(
                        () ->
                                new CocoSource(
                                        CocoSource.Part.of(json, folder.resolve("nowhere")), null))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("nowhere: no such folder");
    }
}
