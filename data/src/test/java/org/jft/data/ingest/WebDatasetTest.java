package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.archive.Archives;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.ShardLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebDatasetTest {
    private final List<String> told = new ArrayList<>();

    @TempDir private Path folder;

    private Path in() {
        return folder.resolve("in");
    }

    private Path out() {
        return folder.resolve("out");
    }

    private void put(String name, byte[] bytes) throws IOException {
        TestImages.write(in().resolve(name), bytes);
    }

    private void put(String name, String text) throws IOException {
        put(name, text.getBytes());
    }

    private Path pack(String name, String... options) {
        Path archive = folder.resolve(name);
        Archives.tar(archive, in(), options);
        return archive;
    }

    private static ArchiveSource source(List<Path> train, List<Path> test) {
        return new ArchiveSource(new WebDatasetFormat(ClassNames.numbered()), train, test);
    }

    private ImportReport run(ArchiveSource source, SplitRule split) {
        ImportOptions options =
                new ImportOptions(split, 1, ShrinkRule.NONE, 50, 1, ShardLayout.DEFAULT, true);
        try (source) {
            return new Importer().run(source, options, out(), told::add);
        }
    }

    private ImportReport run(Path... archives) {
        return run(source(List.of(archives), List.of()), new SplitRule.AsListed());
    }

    private static Map<String, Float> labels(DataSet data, long row) {
        Map<String, Float> labels = new TreeMap<>();
        for (int i = 0; i < data.labels(row).size(); i++) {
            String name = data.taxonomy().name(data.labels(row).ids()[i]);
            labels.put(name, data.labels(row).confidences()[i]);
        }
        return labels;
    }

    private List<String> quarantine() throws IOException {
        Path file = out().resolve("quarantine.tsv");
        return Files.exists(file)
                ? Files.readAllLines(file).stream().skip(1).map(l -> l.replace('\t', ' ')).toList()
                : List.of();
    }

    @Test
    void shouldReadLabelsFromEveryKindOfMember() throws IOException {
        for (int i = 0; i < 7; i++) {
            put(i + (i == 4 ? ".PNG" : ".png"), TestImages.png(i));
        }
        put("0.cls", "10\n");
        put("0.txt", "a caption that does not count");
        put("1.cls", " cat \n2");
        put("2.json", "{\"labels\": \"dog\", \"url\": \"x\"}");
        put(
                "3.json",
                "{\"labels\": [\"cat\", 2, [\"animal\", \"dog\"]], \"confidences\": [1, 0.5, 0.25]}");
        put("4.json", "{\"caption\": \"x\"}");
        put("4.txt", "größe\n");
        put("5.jpg.bak", "left aside");
        put("noextension", "left aside");
        put("._5.png", "left aside");
        ArchiveSource source = source(List.of(pack("s.tar")), List.of());
        ImportReport report = run(source, new SplitRule.AsListed());
        assertThat(told)
                .containsExactly(
                        "3 members are neither images nor labels of one: left aside",
                        "2 images have no label");
        assertThat(report.listed()).isEqualTo(7);
        try (DataSet data = DataSet.open(out())) {
            assertThat(labels(data, 0)).isEqualTo(Map.of("class 10", 1f));
            assertThat(labels(data, 1)).isEqualTo(Map.of("cat", 1f, "class 2", 1f));
            assertThat(labels(data, 2)).isEqualTo(Map.of("dog", 1f));
            assertThat(labels(data, 3)).isEqualTo(Map.of("cat", 1f, "class 2", 0.5f, "dog", 0.25f));
            assertThat(labels(data, 4)).isEqualTo(Map.of("größe", 1f));
            assertThat(labels(data, 5)).isEmpty();
            // numbers come first and in their order, though "class 10" sorts before "class 2"
            assertThat(data.taxonomy().name(0)).isEqualTo("class 2");
            assertThat(data.taxonomy().name(1)).isEqualTo("class 10");
            int dog = data.taxonomy().find("dog").orElseThrow();
            assertThat(IntStream.of(data.taxonomy().ancestors(dog)).mapToObj(data.taxonomy()::name))
                    .containsExactly("animal");
            assertThat(data.locate(0)).endsWith("(s.tar/0.png)");
        }
    }

    @Test
    void shouldQuarantineBadSamplesAndSayWhy() throws IOException {
        put("a.png", TestImages.png(1));
        put("b.cls", "3");
        put("c.png", TestImages.png(2));
        put("c.jpg", TestImages.png(3));
        put("d.png", TestImages.png(4));
        put("d.json", "{\"labels\": [\"x\"], \"confidences\": [1.5]}");
        put("e.png", TestImages.png(5));
        put("e.json", "{\"labels\": [\"x\"]");
        put("f.png", TestImages.png(6));
        put("f.json", "{\"labels\": [\"x\", \"y\"], \"confidences\": [1]}");
        put("g.png", TestImages.png(7));
        put("g.cls", "-1");
        put("h.png", TestImages.png(8));
        put("h.cls", new byte[] {(byte) 0xff, (byte) 0xfe});
        put("i.png", "not an image at all, but long enough");
        put("j.png", TestImages.png(9));
        put("j.json", "{\"labels\": [true]}");
        put("k.png", TestImages.png(10));
        put("k.txt", "x".repeat((1 << 20) + 1));
        put("a.cls", "x");
        ImportReport report = run(pack("s.tar"));
        assertThat(report.listed()).isEqualTo(11);
        assertThat(report.splits().get(0).rows()).isEqualTo(1);
        assertThat(quarantine())
                .containsExactly(
                        "s.tar/b 1 a sample without a jpg, jpeg, png or webp",
                        "s.tar/c.jpg 2 a sample with both c.jpg and c.png",
                        "s.tar/d.png 3 its json: the confidence 1.5 is not in 0..1",
                        "s.tar/e.png 4 its json: not JSON",
                        "s.tar/f.png 5 its json: 1 confidences for 2 labels",
                        "s.tar/g.png 6 its cls: the label -1 is negative",
                        "s.tar/h.png 7 its cls: not UTF-8 text",
                        "s.tar/i.png 8 not a JPEG, PNG, WebP or BMP file",
                        "s.tar/j.png 9 its json: the label true is no name or number",
                        "s.tar/k.png 10 its txt: 1,048,577 bytes, labels have at most 1,048,576");
    }

    @Test
    void shouldAccountForEverySampleInRandomArchivesPlainAndCompressed() throws IOException {
        for (int round = 0; round < 6; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            Map<String, byte[]> images = new HashMap<>();
            Path[] archives = new Path[3];
            int listed = 0;
            for (int a = 0; a < archives.length; a++) {
                Path from = folder.resolve("in-%d-%d".formatted(round, a));
                Files.createDirectories(from);
                int samples = random.nextInt(60);
                for (int i = 0; i < samples; i++) {
                    byte[] image =
                            ByteBuffer.allocate(60 + random.nextInt(9000))
                                    .put(TestImages.png(random.nextInt(100)), 0, 60)
                                    .array();
                    image[image.length - 1] = (byte) random.nextInt(3);
                    boolean bad = random.nextInt(20) == 0;
                    TestImages.write(from.resolve(i + ".png"), bad ? new byte[0] : image);
                    TestImages.write(from.resolve(i + ".cls"), ("c" + i % 4).getBytes());
                    images.put("%d-%d.tar/%d.png".formatted(round, a, i), image);
                }
                listed += samples;
                archives[a] = folder.resolve("%d-%d.tar".formatted(round, a));
                Archives.tar(archives[a], from, random.nextBoolean() ? "--gzip" : "--format=gnu");
            }
            if (images.isEmpty()) {
                continue;
            }
            ImportReport report =
                    run(
                            source(List.of(archives), List.of()),
                            new SplitRule.ByShare(random.nextDouble() * 0.5 + 0.01));
            long rows = report.splits().stream().mapToLong(ImportReport.Split::rows).sum();
            assertThat(report.listed()).as("seed=%d", seed).isEqualTo(listed);
            assertThat(rows + report.duplicates() + report.leaks() + report.quarantined())
                    .as("seed=%d", seed)
                    .isEqualTo(listed);
            for (ImportReport.Split split : report.splits()) {
                try (DataSet data = DataSet.open(split.folder())) {
                    for (long row = 0; row < data.rowCount(); row++) {
                        String path = data.locate(row).replaceAll(".*\\((.*)\\)", "$1");
                        ByteBuffer image = data.readImage(row, null);
                        assertThat(image)
                                .as("seed=%d, %s", seed, path)
                                .isEqualTo(ByteBuffer.wrap(images.get(path)));
                    }
                }
            }
        }
    }

    @Test
    void shouldKeepWhatComesBeforeACutAndListTheArchiveAsUnusable() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 6; i++) {
            put(i + ".png", TestImages.png(i));
            put(i + ".cls", "x");
        }
        byte[] whole = Files.readAllBytes(pack("s.tar", "-b1"));
        Path good = pack("t.tar.gz", "--gzip");
        for (int round = 0; round < 20; round++) {
            int length = random.nextInt(whole.length - 1024);
            Path cut = folder.resolve("s.tar");
            Files.write(cut, Arrays.copyOf(whole, length));
            ArchiveSource source = source(List.of(cut, good), List.of());
            told.clear();
            ImportReport report = run(source, new SplitRule.AsListed());
            assertThat(told.get(0)).startsWith(cut + ": ").containsAnyOf("cut off", "ends at byte");
            // whatever the cut archive still had, the other one has as well
            String hint = "seed=%d, length=%d".formatted(seed, length);
            assertThat(report.splits().get(0).rows()).as(hint).isEqualTo(6);
            assertThat(report.duplicates() + report.quarantined() + 6)
                    .as(hint)
                    .isEqualTo(report.listed());
            assertThat(quarantine()).as(hint).anyMatch(line -> line.startsWith("s.tar "));
            try (DataSet data = DataSet.open(out())) {
                for (int row = 0; row < 6; row++) {
                    assertThat(labels(data, row)).as(hint).isEqualTo(Map.of("x", 1f));
                }
            }
        }
    }

    @Test
    void shouldHoldOutTestArchives() throws IOException {
        put("0.png", TestImages.png(0));
        put("1.png", TestImages.png(1));
        put("2.png", TestImages.png(2));
        put("0.cls", "1");
        put("1.cls", "0");
        put("2.cls", "0");
        Path train = pack("train.tar");
        for (String name : List.of("0.png", "0.cls", "2.png", "2.cls")) {
            Files.delete(in().resolve(name));
        }
        Path test = pack("val.tar.gz", "--gzip");
        Path names = Files.writeString(folder.resolve("names.txt"), "zebra\ncat\n");
        ArchiveSource source =
                new ArchiveSource(
                        new WebDatasetFormat(ClassNames.read(names)),
                        List.of(train),
                        List.of(test));
        ImportReport report = run(source, new SplitRule.AsListed());
        assertThat(report.leaks()).isEqualTo(1);
        try (DataSet data = DataSet.open(out().resolve("test"))) {
            assertThat(labels(data, 0)).isEqualTo(Map.of("zebra", 1f));
        }
        try (DataSet data = DataSet.open(out().resolve("train"))) {
            assertThat(labels(data, 0)).isEqualTo(Map.of("cat", 1f));
        }
    }

    @Test
    void shouldRefuseClassNamesThatAreNotClear() throws IOException {
        Path names = folder.resolve("names.txt");
        Files.writeString(names, "crane\ncat\ncrane\n");
        assertThatThrownBy(() -> ClassNames.read(names))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageEndingWith("lines 1 and 3 are both 'crane': two classes need two names");
        Files.writeString(names, "crane\n\ncat\n");
        assertThatThrownBy(() -> ClassNames.read(names))
                .hasMessageEndingWith("line 2 is empty, but is a class");
    }

    @Test
    void shouldHoldOutTheSameImagesWhateverArchivesAreGivenBesides() throws IOException {
        for (int i = 0; i < 60; i++) {
            put(i + ".png", TestImages.png(i));
        }
        Files.createDirectories(folder.resolve("a"));
        Files.createDirectories(folder.resolve("b"));
        Path one = pack("a/0.tar");
        Path sameName = pack("b/0.tar");
        Path other = pack("b/1.tar");
        List<Boolean> alone = sides(one);
        assertThat(alone).hasSize(60).contains(true, false);
        assertThat(sides(one, sameName, other).subList(0, 60)).isEqualTo(alone);
        assertThat(sides(other)).isNotEqualTo(alone);
    }

    private static List<Boolean> sides(Path... archives) {
        SplitRule rule = new SplitRule.ByShare(0.4);
        List<Boolean> sides = new ArrayList<>();
        try (ArchiveSource source = source(List.of(archives), List.of())) {
            source.list(0, entry -> sides.add(rule.holdsOut(entry)));
        }
        return sides;
    }
}
