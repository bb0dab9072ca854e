package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.Manifest;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Taxonomy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImporterTest {
    private static final ImportOptions NORMAL = ImportOptions.DEFAULT;

    private final List<String> told = new ArrayList<>();

    @TempDir private Path folder;

    private Path in() {
        return folder.resolve("in");
    }

    private Path out() {
        return folder.resolve("out");
    }

    private static ImportOptions options(SplitRule split, long minImages, double maxQuarantine) {
        return new ImportOptions(
                split, minImages, ShrinkRule.NONE, 50, maxQuarantine, ShardLayout.DEFAULT, false);
    }

    private ImportReport importTable(String text, ImportOptions options) throws IOException {
        Path table = in().resolve("table.tsv");
        Files.createDirectories(in());
        Files.writeString(table, text);
        return run(new ManifestSource(table), options);
    }

    private ImportReport run(Source source, ImportOptions options) {
        return new Importer().run(source, options, out(), told::add);
    }

    private static TreeSet<String> names(DataSet data, int[] ids) {
        TreeSet<String> names = new TreeSet<>();
        IntStream.of(ids).mapToObj(data.taxonomy()::name).forEach(names::add);
        return names;
    }

    private static TreeSet<String> labels(DataSet data, long row) {
        return names(data, data.labels(row).ids());
    }

    @Test
    void shouldMakeAHierarchyOfNestedFoldersAndUniteDuplicates() throws IOException {
        TestImages.write(in().resolve("animals/cats/1.png"), TestImages.png(1));
        TestImages.write(in().resolve("animals/cats/2.png"), TestImages.png(2));
        TestImages.write(in().resolve("animals/other.PNG"), TestImages.png(3));
        TestImages.write(in().resolve("pets/copy.png"), TestImages.png(1));
        TestImages.write(in().resolve("loose.png"), TestImages.png(4));
        TestImages.write(in().resolve("readme.txt"), new byte[] {1});
        FolderSource source = new FolderSource(in(), null);
        ImportReport report = run(source, NORMAL);
        assertThat(told)
                .containsExactly(
                        "1 files are not named .jpg, .jpeg, .png, .webp, .bmp: left aside",
                        "1 images have no label");
        assertThat(report.duplicates()).isEqualTo(1);
        assertThat(report.splits().get(0).rows()).isEqualTo(4);
        try (DataSet data = DataSet.open(out())) {
            Taxonomy taxonomy = data.taxonomy();
            int cats = taxonomy.find("animals/cats").orElseThrow();
            assertThat(names(data, taxonomy.ancestors(cats))).containsExactly("animals");
            assertThat(labels(data, 0)).containsExactly("animals/cats", "pets");
            assertThat(labels(data, 1)).containsExactly("animals/cats");
            assertThat(labels(data, 2)).containsExactly("animals");
            assertThat(labels(data, 3)).isEmpty();
            assertThat(data.locate(0)).endsWith("(animals/cats/1.png)");
        }
    }

    @Test
    void shouldDropTrainingImagesThatTheTestSetHas() throws IOException {
        TestImages.write(in().resolve("a/1.png"), TestImages.png(1));
        TestImages.write(in().resolve("a/2.png"), TestImages.png(2));
        TestImages.write(folder.resolve("held/a/x.png"), TestImages.png(2));
        TestImages.write(folder.resolve("held/a/y.png"), TestImages.png(3));
        FolderSource source = new FolderSource(in(), folder.resolve("held"));
        ImportReport report = run(source, NORMAL);
        assertThat(report.leaks()).isEqualTo(1);
        try (DataSet train = DataSet.open(out().resolve("train"));
                DataSet test = DataSet.open(out().resolve("test"))) {
            assertThat(train.rowCount()).isEqualTo(1);
            assertThat(test.rowCount()).isEqualTo(2);
            assertThat(train.taxonomy()).isEqualTo(test.taxonomy());
            assertThat(train.manifest().taxonomy()).isEqualTo(test.manifest().taxonomy());
            assertThat(train.manifest().split()).isEqualTo("train");
        }
    }

    @Test
    void shouldReadEveryColumnOfATable() throws IOException {
        for (int i = 0; i < 4; i++) {
            TestImages.write(in().resolve(i + ".png"), TestImages.png(i));
        }
        importTable(
                "tags\tpath\tlabels\tconfidence\tclean_labels\tsplit\tcolour\n"
                        + "old;wet\t0.png\tfood;fruit;apple|tree\t0.9;0.5;0.2;0.1\tfood;fruit\t\tred\n"
                        + "\t1.png\tfood;fruit\t0.25\t\ttrain\tred\n"
                        + "\t2.png\t\t\t\ttrain\tred\n"
                        + "wet\t3.png\tfood\t\t\ttest\tred\n",
                NORMAL);
        try (DataSet train = DataSet.open(out().resolve("train"));
                DataSet test = DataSet.open(out().resolve("test"))) {
            Taxonomy taxonomy = train.taxonomy();
            assertThat(taxonomy.classes().stream().map(c -> c.name()))
                    .containsExactly("food", "old", "tree", "wet", "fruit", "apple");
            assertThat(train.labels(0).ids()).containsExactly(1, 2, 3, 5);
            assertThat(train.labels(0).confidences()).containsExactly(0.2f, 0.5f, 0.1f, 0.9f);
            assertThat(names(train, train.cleanLabels(0).orElseThrow().ids()))
                    .containsExactly("fruit");
            assertThat(train.labels(1).confidences()).containsExactly(0.25f);
            assertThat(train.cleanLabels(1)).isEmpty();
            assertThat(train.labels(2).ids()).isEmpty();
            assertThat(labels(test, 0)).containsExactly("food", "wet");
            assertThat(test.labels(0).confidences()).containsExactly(1, 1);
        }
    }

    @Test
    void shouldLetImagesOfRareClassesCountForTheClassesAbove() throws IOException {
        StringBuilder table = new StringBuilder("path\tlabels\ttags\tsource\n");
        for (int i = 0; i < 12; i++) {
            TestImages.write(in().resolve(i + ".png"), TestImages.png(i));
            String leaf = i < 8 ? "common" : "rare" + i;
            String source = i == 11 ? "b" : "a";
            table.append("%d.png\tall;%s\ttag%d\t%s\n".formatted(i, leaf, i, source));
        }
        ImportReport report =
                importTable(table.toString(), options(new SplitRule.BySource("b"), 5, 0));
        assertThat(report.classes()).isEqualTo(2);
        assertThat(report.droppedClasses()).isEqualTo(4 + 12);
        try (DataSet train = DataSet.open(out().resolve("train"));
                DataSet test = DataSet.open(out().resolve("test"))) {
            assertThat(labels(train, 0)).containsExactly("common");
            assertThat(labels(train, 9)).containsExactly("all");
            assertThat(labels(test, 0)).containsExactly("all");
        }
        assertThatThrownBy(
                        () ->
                                importTable(
                                        table.toString(),
                                        options(new SplitRule.BySource("c"), 5, 0)))
                .isInstanceOf(ConfigException.class)
                .hasMessage("--test-source c: no image has this source; there are: a, b");
        assertThatThrownBy(
                        () ->
                                importTable(
                                        table.toString(),
                                        new ImportOptions(
                                                new SplitRule.AsListed(),
                                                100,
                                                ShrinkRule.NONE,
                                                50,
                                                0,
                                                ShardLayout.DEFAULT,
                                                true)))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "no class has 100 images; the largest, 'all', has 12: lower --min-images");
    }

    @Test
    void shouldQuarantineWhatCannotBeUsedAndSayWhy() throws IOException {
        byte[] huge = TestImages.png(1);
        ByteBuffer.wrap(huge).putInt(16, 20000).putInt(20, 20000);
        TestImages.write(in().resolve("good.png"), TestImages.png(2));
        TestImages.write(in().resolve("huge.png"), huge);
        TestImages.write(in().resolve("text.png"), "hello, I am no image".getBytes());
        TestImages.write(in().resolve("empty.png"), new byte[0]);
        String table =
                "path\tlabels\ngood.png\ta\nhuge.png\ta\ntext.png\ta\nempty.png\ta\nmissing.png\ta\n";
        ImportReport report = importTable(table, options(new SplitRule.AsListed(), 1, 0.8));
        assertThat(report.quarantined()).isEqualTo(4);
        assertThat(report.splits().get(0).rows()).isEqualTo(1);
        assertThat(Files.readAllLines(out().resolve("quarantine.tsv")))
                .containsExactly(
                        "file\trow\treason",
                        "huge.png\t3\t20000x20000 is 400.0 megapixels, above --max-megapixels 50.0",
                        "text.png\t4\tnot a JPEG, PNG, WebP or BMP file",
                        "empty.png\t5\tempty file",
                        "missing.png\t6\tno such file");
    }

    @Test
    void shouldGiveUpWhenTooMuchIsUnusableAndLeaveNoDataSet() throws IOException {
        TestImages.write(in().resolve("good.png"), TestImages.png(1));
        byte[] image = TestImages.encode(TestImages.random(2, 64, 64, false), "png");
        TestImages.write(in().resolve("cut.png"), Arrays.copyOf(image, 60));
        String table =
                "path\tlabels\tsplit\ngood.png\ta\ttrain\ncut.png\ta\ttrain\ngood.png\ta\ttest\n";
        // the header of cut.png is whole; only shrinking finds that its pixels are not
        ImportOptions shrinking =
                new ImportOptions(
                        new SplitRule.AsListed(),
                        1,
                        new ShrinkRule(ShrinkRule.Side.LONGER, 32, 92),
                        50,
                        0.1,
                        ShardLayout.DEFAULT,
                        false);
        assertThatThrownBy(() -> importTable(table, shrinking))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("1 of 3 images cannot be used")
                .hasMessageContaining("cut.png 3 cannot be decoded");
        assertThat(out().resolve("train/manifest.json")).doesNotExist();
        assertThat(out().resolve("test/manifest.json")).doesNotExist();
        assertThat(out().resolve("quarantine.tsv")).exists();
    }

    @Test
    void shouldKeepWebpAsItIsAndShrinkItToPng() throws IOException {
        Random random = new Random(5);
        byte[][] images = {
            TestImages.webp(random, 40, 30, 3, 80), // lossy
            TestImages.webp(random, 40, 30, 3, 101), // lossless
            TestImages.webp(random, 40, 30, 4, 80) // with alpha
        };
        for (int i = 0; i < images.length; i++) {
            TestImages.write(in().resolve("a/%d.webp".formatted(i)), images[i]);
        }
        TestImages.write(in().resolve("a/3.webp"), Arrays.copyOf(images[0], 25));
        run(new FolderSource(in(), null), options(new SplitRule.AsListed(), 1, 0.5));
        try (DataSet data = DataSet.open(out())) {
            assertThat(data.rowCount()).isEqualTo(images.length);
            for (int row = 0; row < images.length; row++) {
                assertThat(data.readImage(row, null)).isEqualTo(ByteBuffer.wrap(images[row]));
                assertThat(data.width(row)).isEqualTo(40);
                assertThat(data.height(row)).isEqualTo(30);
            }
        }
        assertThat(new Verifier(out().toString()).run().problems()).isEmpty();
        Path small = folder.resolve("small");
        ShrinkRule halved = new ShrinkRule(ShrinkRule.Side.SHORTER, 15, 92);
        ImportOptions shrinking =
                new ImportOptions(
                        new SplitRule.AsListed(), 1, halved, 50, 0.5, ShardLayout.DEFAULT, false);
        new Importer().run(new FolderSource(in(), null), shrinking, small, told::add);
        try (DataSet data = DataSet.open(small)) {
            for (int row = 0; row < images.length; row++) {
                ByteBuffer image = data.readImage(row, null);
                byte[] png = new byte[image.remaining()];
                image.get(png);
                assertThat(TestImages.decode(png).getWidth()).isEqualTo(20);
                assertThat(TestImages.decode(png).getColorModel().hasAlpha()).isEqualTo(row == 2);
            }
        }
    }

    @Test
    void shouldAccountForEveryImageInRandomTables() throws IOException {
        for (int round = 0; round < 10; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            Path base = folder.resolve("round" + round);
            StringBuilder table = new StringBuilder("path\tlabels\tsplit\n");
            int listed = 1 + random.nextInt(80);
            for (int i = 0; i < listed; i++) {
                int kind = i == 0 ? 9 : random.nextInt(10);
                if (kind > 0) {
                    byte[] bytes = kind == 1 ? new byte[kind] : TestImages.png(random.nextInt(30));
                    TestImages.write(base.resolve(i + ".png"), bytes);
                }
                String split = i > 0 && random.nextInt(4) == 0 ? "test" : "train";
                table.append("%d.png\tc%d\t%s\n".formatted(i, random.nextInt(3), split));
            }
            Files.writeString(base.resolve("t.tsv"), table);
            ImportReport report =
                    new Importer()
                            .run(
                                    new ManifestSource(base.resolve("t.tsv")),
                                    options(new SplitRule.AsListed(), 1, 1),
                                    base.resolve("out"),
                                    told::add);
            long rows = report.splits().stream().mapToLong(ImportReport.Split::rows).sum();
            assertThat(rows + report.duplicates() + report.leaks() + report.quarantined())
                    .as("seed=%d", seed)
                    .isEqualTo(listed);
            List<String> keys = new ArrayList<>();
            for (ImportReport.Split split : report.splits()) {
                try (DataSet data = DataSet.open(split.folder())) {
                    for (long row = 0; row < data.rowCount(); row++) {
                        keys.add(data.key(row).toString());
                    }
                }
            }
            assertThat(keys).as("seed=%d", seed).doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldHoldOutTheSameGroupsInEveryImport() throws IOException {
        StringBuilder table = new StringBuilder("path\tlabels\tgroup\n");
        for (int i = 0; i < 200; i++) {
            TestImages.write(in().resolve(i + ".png"), TestImages.png(i));
            table.append("%d.png\tc\tg%d\n".formatted(i, i / 2));
        }
        ImportOptions share = options(new SplitRule.ByShare(0.3), 1, 0);
        importTable(table.toString(), share);
        try (DataSet test = DataSet.open(out().resolve("test"))) {
            assertThat(test.rowCount()).isBetween(30L, 90L).isEven();
            TreeSet<Integer> groups = new TreeSet<>();
            for (long row = 0; row < test.rowCount(); row++) {
                String path = test.locate(row).replaceAll(".*\\((\\d+)\\.png\\)", "$1");
                groups.add(Integer.parseInt(path) / 2);
            }
            assertThat(groups).hasSize((int) test.rowCount() / 2);
        }
    }

    @Test
    void shouldNameFileAndLineOfABadTable() {
        refuse("labels\na\n", "no column is called 'path' in its header: labels");
        refuse(
                "path\tsplit\na.png\tvalid\n",
                "line 2: the split 'valid' is neither train nor test");
        refuse("path\ttags\tconfidence\na\tx;y\t1;2;3\n", "line 2: 3 confidences for 2 labels");
        refuse(
                "path\ttags\tconfidence\na\tx\thigh\n",
                "line 2: the confidence 'high' is not in 0..1");
        refuse("path\ttags\na\tx\n\ty\n", "line 3: no path");
    }

    private void refuse(String table, String sentence) {
        assertThatThrownBy(() -> importTable(table, NORMAL))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("table.tsv: ")
                .hasMessageContaining(sentence);
    }

    @Test
    void shouldRefuseAHierarchyThatContradictsItself() throws IOException {
        TestImages.write(in().resolve("a.png"), TestImages.png(1));
        assertThatThrownBy(() -> importTable("path\tlabels\na.png\tx;y|y;x\n", NORMAL))
                .isInstanceOf(ConfigException.class)
                .hasMessage("the hierarchy has a cycle: 'x' -> 'y' -> 'x'");
        assertThat(out().resolve(Manifest.FILE_NAME)).doesNotExist();
    }

    /** A sparse file, which takes no disk; a name that no file can have. */
    @Test
    void shouldQuarantineFilesThatAreTooLargeOrHaveImpossibleNames() throws IOException {
        TestImages.write(in().resolve("a/good.png"), TestImages.png(1));
        Path huge = in().resolve("a/huge.png");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength((64 << 20) + 1);
        }
        String tooLarge = "has 67,108,865 bytes, above the limit of 67,108,864";
        ImportOptions lenient = options(new SplitRule.AsListed(), 1, 1);
        run(new FolderSource(in(), null), lenient);
        assertThat(Files.readAllLines(out().resolve("quarantine.tsv")))
                .containsExactly("file\trow\treason", "a/huge.png\t1\t" + tooLarge);
        Files.delete(out().resolve(Manifest.FILE_NAME));
        ImportReport report =
                importTable("path\ttags\na/good.png\tx\na/huge.png\tx\na\0b.png\tx\n", lenient);
        assertThat(report.splits().get(0).rows()).isEqualTo(1);
        List<String> lines = Files.readAllLines(out().resolve("quarantine.tsv"));
        assertThat(lines.get(1)).isEqualTo("a/huge.png\t3\t" + tooLarge);
        assertThat(lines.get(2)).contains("\t4\tcannot be read: ").contains("InvalidPath");
    }

    @Test
    void shouldRememberFewSuppliersAndStillFindTheOneThatIsHeldOut() throws IOException {
        StringBuilder table = new StringBuilder("path\ttags\tsource\n");
        for (int i = 0; i < 60; i++) {
            TestImages.write(in().resolve(i + ".png"), TestImages.png(i));
            table.append("%d.png\tx\ts%02d\n".formatted(i, i));
        }
        assertThatThrownBy(
                        () ->
                                importTable(
                                        table.toString(),
                                        options(new SplitRule.BySource("t"), 1, 0)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("there are among others: s00, s01, ")
                .hasMessageEndingWith(", s19");
        importTable(table.toString(), options(new SplitRule.BySource("s59"), 1, 0));
        try (DataSet test = DataSet.open(out().resolve("test"))) {
            assertThat(test.rowCount()).isEqualTo(1);
            assertThat(test.locate(0)).endsWith("(59.png)");
        }
    }

    @Test
    void shouldNameTheFolderWhenTheDiskFailsWhileListing() {
        Source failing =
                new Source() {
                    @Override
                    public int parts() {
                        return 1;
                    }

                    @Override
                    public Listing.Rest list(int part, Consumer<Entry> entries) {
                        throw new UncheckedIOException(new IOException("No space left on device"));
                    }

                    @Override
                    public ImageBytes read(Entry entry) {
                        throw new IllegalStateException();
                    }

                    @Override
                    public void identify(Consumer<String> lines) {}
                };
        assertThatThrownBy(() -> run(failing, NORMAL))
                .isInstanceOf(JftException.class)
                .hasMessageStartingWith(out() + ": cannot be written: ")
                .hasMessageEndingWith("No space left on device");
    }
}
