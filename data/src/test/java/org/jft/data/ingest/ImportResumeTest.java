package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.data.archive.Archives;
import org.jft.data.shard.ShardLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports that stop anywhere and go on, against ones that run through. */
class ImportResumeTest {
    @TempDir private Path folder;

    private final List<String> told = new ArrayList<>();

    /** Stops the import at a call to the source, as a kill would: nothing is saved behind it. */
    private static final class Fragile implements Source {
        private final Source whole;
        private int callsLeft;

        Fragile(Source whole, int calls) {
            this.whole = whole;
            this.callsLeft = calls;
        }

        private synchronized void call() {
            if (callsLeft-- == 0) {
                throw new IllegalStateException("stopped");
            }
        }

        @Override
        public int parts() {
            return whole.parts();
        }

        @Override
        public Listing.Rest list(int part, Consumer<Entry> entries) {
            call();
            return whole.list(
                    part,
                    entry -> {
                        call();
                        entries.accept(entry);
                    });
        }

        @Override
        public ImageBytes read(Entry entry) {
            call();
            return whole.read(entry);
        }

        @Override
        public void identify(Consumer<String> lines) {
            whole.identify(lines);
        }

        @Override
        public List<String> firstClasses(Collection<String> seen) {
            return whole.firstClasses(seen);
        }

        @Override
        public void close() {
            whole.close();
        }
    }

    /** Archives with copies, broken images and labels of all kinds; returns how many images. */
    private int pack(Random random, List<Path> archives) throws IOException {
        int images = 0;
        for (int a = 0; a < 3; a++) {
            Path from = folder.resolve("in%d-%d".formatted(random.nextInt(1 << 30), a));
            Files.createDirectories(from);
            for (int i = 0; i < 40; i++) {
                byte[] image = TestImages.png(random.nextInt(90));
                if (random.nextInt(3) == 0) { // other bytes, the same pixels: equal once shrunk
                    image =
                            ByteBuffer.allocate(image.length + 1 + random.nextInt(3))
                                    .put(image)
                                    .array();
                }
                int broken = random.nextInt(20);
                byte[] content = broken == 0 ? new byte[3] : image;
                if (broken == 1) { // the header is whole, the pixels are not
                    content = ByteBuffer.allocate(40).put(image, 0, 40).array();
                }
                Files.write(from.resolve(i + ".png"), content);
                Files.writeString(from.resolve(i + ".cls"), "c" + random.nextInt(5));
                images++;
            }
            Path archive = folder.resolve("%s.tar".formatted(from.getFileName()));
            Archives.tar(archive, from, random.nextBoolean() ? "--gzip" : "--format=gnu");
            archives.add(archive);
        }
        return images;
    }

    private static ImportOptions options(boolean shrinking, boolean divided, boolean overwrite) {
        return new ImportOptions(
                divided ? new SplitRule.ByShare(0.3) : new SplitRule.AsListed(),
                2,
                shrinking ? new ShrinkRule(ShrinkRule.Side.LONGER, 5, 92) : ShrinkRule.NONE,
                50,
                1,
                new ShardLayout(3000, 1000, 500),
                overwrite);
    }

    private static Source source(List<Path> archives) {
        return new ArchiveSource(new WebDatasetFormat(ClassNames.numbered()), archives, List.of());
    }

    /** Every file below a folder with its bytes. */
    private static Map<String, ByteBuffer> content(Path below) throws IOException {
        Map<String, ByteBuffer> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(below)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(
                        below.relativize(file).toString(),
                        ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return content;
    }

    @Test
    void shouldEndInTheSameBytesWhereverItWasStopped() throws IOException {
        int allStops = 0;
        for (int round = 0; round < 12; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            List<Path> archives = new ArrayList<>();
            int images = pack(random, archives);
            ImportOptions options = options(round % 2 == 0, round % 4 < 2, random.nextBoolean());
            Path whole = folder.resolve("whole" + round);
            Path stopped = folder.resolve("stopped" + round);
            ImportReport expected =
                    new Importer().run(source(archives), options, whole, line -> {});
            ImportReport found = null;
            int stops = 0;
            while (found == null) {
                int calls = random.nextInt(1 + (1 + stops) * images / 2);
                Duration every = Duration.ofMillis(random.nextInt(2));
                try (Source fragile = new Fragile(source(archives), calls)) {
                    found = new Importer(every).run(fragile, options, stopped, line -> {});
                } catch (IllegalStateException e) {
                    assertThat(e).as("seed=%d", seed).hasMessage("stopped");
                    stops++;
                }
            }
            assertThat(content(stopped))
                    .as("seed=%d, stops=%d", seed, stops)
                    .isEqualTo(content(whole));
            assertThat(found.toString().replace("stopped", "whole"))
                    .as("seed=%d, stops=%d", seed, stops)
                    .isEqualTo(expected.toString());
            allStops += stops;
        }
        assertThat(allStops).isGreaterThan(12);
    }

    @Test
    void shouldSayWhereItGoesOnAndKeepFinishedShards() throws IOException {
        List<Path> archives = new ArrayList<>();
        int images = pack(new Random(1), archives);
        ImportOptions options = options(false, false, false);
        int calls = archives.size() + images + images + images / 2; // half of the writing
        stop(archives, options, calls);
        Path shard = folder.resolve("out/.incomplete/shard-00000.parquet");
        Object written = Files.getLastModifiedTime(shard);
        Object sameFile = Files.readAttributes(shard, "unix:ino").get("ino");
        new Importer().run(source(archives), options, folder.resolve("out"), told::add);
        assertThat(told.get(0))
                .contains(
                        "goes on with an import that was interrupted: 120 images listed, 120 scanned")
                .containsPattern(" [1-9]\\d* written in [1-9]\\d* finished shards");
        Path moved = folder.resolve("out/shard-00000.parquet");
        assertThat((Object) Files.getLastModifiedTime(moved)).isEqualTo(written);
        assertThat(Files.readAttributes(moved, "unix:ino").get("ino")).isEqualTo(sameFile);
        assertThat(folder.resolve("out/.import")).doesNotExist();
    }

    private void stop(List<Path> archives, ImportOptions options, int calls) {
        assertThatThrownBy(
                        () ->
                                new Importer(Duration.ZERO)
                                        .run(
                                                new Fragile(source(archives), calls),
                                                options,
                                                folder.resolve("out"),
                                                line -> {}))
                .hasMessage("stopped");
    }

    @Test
    void shouldStartOverWhenTheSourceOrTheOptionsChanged() throws IOException {
        List<Path> archives = new ArrayList<>();
        int images = pack(new Random(2), archives);
        ImportOptions options = options(false, false, false);
        stop(archives, options, archives.size() + 2 * images + 50);
        new Importer()
                .run(
                        source(archives),
                        options(true, false, false),
                        folder.resolve("out"),
                        told::add);
        assertThat(told.get(0)).endsWith("this one starts over");
        new Importer()
                .run(
                        source(archives),
                        options(true, false, false),
                        folder.resolve("again"),
                        line -> {});
        assertThat(content(folder.resolve("out"))).isEqualTo(content(folder.resolve("again")));

        Path out = folder.resolve("out");
        ImportOptions replacing = options(false, false, true);
        stop(archives, replacing, archives.size() + 2 * images + 50);
        archives.remove(0);
        told.clear();
        new Importer().run(source(archives), replacing, out, told::add);
        assertThat(told.get(0)).endsWith("this one starts over");
        Path other = folder.resolve("other");
        new Importer().run(source(archives), replacing, other, line -> {});
        assertThat(content(out)).isEqualTo(content(other));
    }

    @Test
    void shouldWriteAllShardsAnewWhenAFinishedOneIsNotAsItWas() throws IOException {
        List<Path> archives = new ArrayList<>();
        int images = pack(new Random(3), archives);
        Path out = folder.resolve("out");
        ImportOptions options = options(true, true, false);
        stop(archives, options, archives.size() + 2 * images + images / 2);
        Path shard = out.resolve("test/.incomplete/shard-00000.parquet");
        Files.write(shard, new byte[100]);
        new Importer().run(source(archives), options, out, told::add);
        assertThat(told)
                .anyMatch(
                        line ->
                                line.startsWith(shard + ": was finished with ")
                                        && line.endsWith(": all shards are written anew"));
        Path whole = folder.resolve("whole");
        new Importer().run(source(archives), options, whole, line -> {});
        assertThat(content(out)).isEqualTo(content(whole));
    }

    @Test
    void shouldKeepAllProgressWhenOverwriteIsForgotten() throws IOException {
        List<Path> archives = new ArrayList<>();
        int images = pack(new Random(7), archives);
        Path out = folder.resolve("out");
        ImportOptions forgetting = options(false, false, false);
        ImportOptions replacing = options(false, false, true);
        new Importer().run(source(archives), forgetting, out, line -> {});
        stop(archives, replacing, archives.size() + 2 * images + images / 2);
        Map<String, ByteBuffer> before = content(out.resolve(".import"));
        assertThatThrownBy(() -> new Importer().run(source(archives), forgetting, out, line -> {}))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("add --overwrite");
        assertThat(content(out.resolve(".import"))).isEqualTo(before);
        new Importer().run(source(archives), replacing, out, told::add);
        assertThat(told.get(0)).contains("120 images listed, 120 scanned");
    }

    @Test
    void shouldGoOnWithAHigherLimitOfImagesThatCannotBeUsed() throws IOException {
        List<Path> archives = new ArrayList<>();
        pack(new Random(5), archives);
        Path out = folder.resolve("out");
        ImportOptions all = options(true, true, false);
        ImportOptions none =
                new ImportOptions(
                        all.split(),
                        all.minImages(),
                        all.shrink(),
                        all.maxMegapixels(),
                        0,
                        all.layout(),
                        false);
        assertThatThrownBy(() -> new Importer().run(source(archives), none, out, line -> {}))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("images cannot be used, more than --max-quarantine 0.0")
                .hasMessageEndingWith(
                        "; raise it to go on, or remove %s to read them again"
                                .formatted(out.resolve(".import")));
        new Importer().run(source(archives), all, out, told::add);
        assertThat(told.get(0)).contains("120 images listed, 120 scanned");
        Path whole = folder.resolve("whole");
        new Importer().run(source(archives), all, whole, line -> {});
        assertThat(content(out)).isEqualTo(content(whole));
    }

    @Test
    void shouldLeaveNothingBehindWhereADataSetIsAlready() throws IOException {
        List<Path> archives = new ArrayList<>();
        pack(new Random(6), archives);
        Path out = folder.resolve("out");
        ImportOptions options = options(false, true, false);
        Files.createDirectories(out.resolve(".import/spark/part")); // a killed one, on Spark
        new Importer().run(source(archives), options, out, line -> {});
        assertThat(out.resolve(".import")).doesNotExist();
        Map<String, ByteBuffer> before = content(out);
        assertThatThrownBy(() -> new Importer().run(source(archives), options, out, line -> {}))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("holds a data set already");
        assertThat(content(out)).isEqualTo(before);
        assertThat(out.resolve(".import")).doesNotExist();
    }

    @Test
    void shouldRefuseAFolderThatAnotherImportWritesTo() throws IOException {
        List<Path> archives = new ArrayList<>();
        pack(new Random(4), archives);
        Path out = folder.resolve("out");
        try (ImportJournal other = ImportJournal.open(out, "x", Duration.ZERO)) {
            assertThat(other.state().finishing()).isFalse();
            assertThatThrownBy(
                            () ->
                                    new Importer()
                                            .run(
                                                    source(archives),
                                                    options(false, false, false),
                                                    out,
                                                    told::add))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage(out + ": another import writes here now");
        }
    }
}
