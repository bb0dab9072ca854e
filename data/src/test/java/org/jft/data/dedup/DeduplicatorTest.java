package org.jft.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.jft.core.failure.ConfigException;
import org.jft.data.dedup.DedupSummary.Counts;
import org.jft.data.image.TestImages;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.DropList;
import org.jft.data.shard.SampleKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Planted near-duplicates, from two evaluation sets, among unrelated pictures. */
class DeduplicatorTest {
    private static final int UNRELATED = 60;

    /** Rows of the training set behind the unrelated ones. */
    private static final int SMALLER = UNRELATED;

    private static final int MIRRORED = UNRELATED + 1;
    private static final int IDENTICAL = UNRELATED + 2;
    private static final int OF_BOTH_SETS = UNRELATED + 3;
    private static final int BLANK = UNRELATED + 4;
    private static final int CORRUPT = UNRELATED + 5;
    private static final int IDENTICAL_BLANK = UNRELATED + 6;

    @TempDir Path folder;
    private Path train;
    private Path first;
    private Path second;
    private Path out;

    @BeforeEach
    void plant() {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < UNRELATED; i++) {
            images.add(PhotoSet.png(1000 + i));
        }
        images.add(TestImages.jpeg(PhotoSet.scaled(PhotoSet.photo(0), 48, 40)));
        images.add(TestImages.jpeg(PhotoSet.mirrored(PhotoSet.photo(1))));
        images.add(PhotoSet.png(2));
        images.add(PhotoSet.jpeg(3));
        images.add(TestImages.png(TestImages.plain(50, 50, 0xffffff)));
        images.add(Arrays.copyOf(PhotoSet.png(4), 200));
        images.add(TestImages.png(TestImages.plain(40, 40, 0)));
        train = PhotoSet.write(folder.resolve("train"), images);
        first =
                PhotoSet.write(
                        folder.resolve("first"),
                        List.of(
                                PhotoSet.png(0),
                                PhotoSet.png(1),
                                PhotoSet.png(2),
                                PhotoSet.png(3),
                                PhotoSet.png(4),
                                PhotoSet.png(5),
                                TestImages.jpeg(TestImages.plain(60, 60, 0xffffff))));
        second =
                PhotoSet.write(
                        folder.resolve("second"),
                        List.of(
                                PhotoSet.png(6),
                                TestImages.png(brighter(PhotoSet.photo(3))),
                                TestImages.png(TestImages.plain(40, 40, 0))));
        out = folder.resolve("out");
    }

    @Test
    void shouldFindWhatWasPlantedAndNothingElse() throws IOException {
        DedupSummary summary = Deduplicator.run(request(8));

        assertThat(pairs())
                .containsExactlyInAnyOrder(
                        "first 0 <- train %d false".formatted(SMALLER),
                        "first 1 <- train %d true".formatted(MIRRORED),
                        "first 2 <- train %d false".formatted(IDENTICAL),
                        "first 3 <- train %d false".formatted(OF_BOTH_SETS),
                        "second 1 <- train %d false".formatted(OF_BOTH_SETS),
                        "second 2 <- train %d false".formatted(IDENTICAL_BLANK));
        assertThat(summary.pairs()).isEqualTo(6);
        assertThat(numbers(summary.train())).containsExactly(UNRELATED + 7L, 1L, 2L, 5L, 2L);
        assertThat(summary.evaluation()).hasSize(2);
        assertThat(numbers(summary.evaluation().get(0))).containsExactly(7L, 0L, 1L, 4L, 1L);
        assertThat(numbers(summary.evaluation().get(1))).containsExactly(3L, 0L, 1L, 2L, 1L);
        assertThat(Files.readString(out.resolve("summary.json")))
                .contains(
                        "\"near_duplicates\" : 5",
                        "\"radius\" : 8",
                        "\"drop_list\" : \"drop-test-2.txt\"");
        BufferedImage sheet = ImageIO.read(out.resolve("pairs.png").toFile());
        assertThat(sheet.getWidth()).isGreaterThan(8 * 128);
    }

    @Test
    void shouldListTheKeysToDropOfEachSide() {
        Deduplicator.run(request(8));
        try (DataSet trainSet = DataSet.open(train);
                DataSet firstSet = DataSet.open(first);
                DataSet secondSet = DataSet.open(second)) {
            assertThat(dropped("drop-train.txt"))
                    .isEqualTo(
                            keys(
                                    trainSet,
                                    SMALLER,
                                    MIRRORED,
                                    IDENTICAL,
                                    OF_BOTH_SETS,
                                    IDENTICAL_BLANK));
            assertThat(dropped("drop-test-1.txt")).isEqualTo(keys(firstSet, 0, 1, 2, 3));
            assertThat(dropped("drop-test-2.txt")).isEqualTo(keys(secondSet, 1, 2));
        }
    }

    @Test
    void shouldSayWhichTestsFoundAPair() throws IOException {
        Deduplicator.run(request(8));
        assertThat(Files.readAllLines(out.resolve("pairs.tsv")))
                .anyMatch(line -> isOf(line, SMALLER) && line.endsWith("\thash"))
                .anyMatch(line -> isOf(line, IDENTICAL) && line.endsWith("\tbytes,hash"))
                .anyMatch(line -> isOf(line, IDENTICAL_BLANK) && line.endsWith("\tbytes"));
    }

    private static boolean isOf(String line, int trainRow) {
        return line.split("\t")[1].endsWith(" row " + trainRow);
    }

    @Test
    void shouldStopAsSoonAsThereAreTooManyPairs() {
        List<byte[]> copies = Collections.nCopies(10, PhotoSet.png(0));
        Path many = PhotoSet.write(folder.resolve("many"), Collections.nCopies(50, copies.get(0)));
        Path few = PhotoSet.write(folder.resolve("few"), copies);
        Quarantine quarantine = Quarantine.in(out);
        try (DataSet data = DataSet.open(many);
                EvaluationSets evaluation = EvaluationSets.open(List.of(few.toString()), data);
                HashFile hashes = HashFile.open(out, data)) {
            HashSearch.complete(hashes, data, quarantine);
            HashSearch search = HashSearch.of(evaluation, quarantine);
            // each row has ten pairs, so the third is one too many
            assertThatThrownBy(() -> search.pairs(data, hashes, 4, 25))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage(
                            "30 pairs already, of 25 at most: --radius=4 is too wide for these data sets");
            assertThat(search.pairs(data, hashes, 4, 500)).hasSize(500);
        }
    }

    @Test
    void shouldNameImagesThatCannotBeDecoded() throws IOException {
        Deduplicator.run(request(8));
        assertThat(Files.readAllLines(out.resolve("quarantine.tsv")))
                .hasSize(2)
                .last()
                .asString()
                .startsWith(CORRUPT + "\t" + train.resolve("shard-00000.parquet"));
    }

    @Test
    void shouldGoOnWithTheHashesOfAnInterruptedRun() throws IOException {
        Deduplicator.run(request(8));
        Path hashes = hashFile();
        byte[] whole = Files.readAllBytes(hashes);
        String pairs = Files.readString(out.resolve("pairs.tsv"));
        for (int length : new int[] {0, 11, 24, 24 + 8 * 40 + 3, 24 + 8 * (UNRELATED + 5)}) {
            Files.write(hashes, Arrays.copyOf(whole, length));
            Deduplicator.run(request(8));
            assertThat(Files.readAllBytes(hashes)).as("cut at %s", length).isEqualTo(whole);
            assertThat(out.resolve("pairs.tsv")).hasContent(pairs);
        }
    }

    @Test
    void shouldReuseHashesInsteadOfDecodingTheTrainingSetAgain() throws IOException {
        Deduplicator.run(request(8));
        try (RandomAccessFile file = new RandomAccessFile(hashFile().toFile(), "rw")) {
            file.seek(24 + 8 * SMALLER);
            file.writeLong(0); // as no decoding would give
        }
        DedupSummary again = Deduplicator.run(request(8));
        assertThat(again.train().nearDuplicates()).isEqualTo(4);
    }

    @Test
    void shouldRefuseHashesOfAnotherVersion() throws IOException {
        Deduplicator.run(request(8));
        byte[] whole = Files.readAllBytes(hashFile());
        whole[0]++;
        Files.write(hashFile(), whole);
        assertThatThrownBy(() -> Deduplicator.run(request(8)))
                .hasMessageContaining(hashFile().toString())
                .hasMessageContaining("remove it");
    }

    @Test
    void shouldRefuseToCompareADataSetWithItself() {
        assertThatThrownBy(() -> Deduplicator.run(request(8, List.of(first, train))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has the very content of");
        assertThatThrownBy(() -> Deduplicator.run(request(8, List.of(first, first))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has the very content of");
    }

    private DedupRequest request(int radius) {
        return request(radius, List.of(first, second));
    }

    private DedupRequest request(int radius, List<Path> against) {
        return new DedupRequest(
                train.toString(),
                against.stream().map(Path::toString).toList(),
                radius,
                null,
                0.95,
                out,
                out);
    }

    private Path hashFile() throws IOException {
        try (var files = Files.list(out)) {
            return files.filter(f -> f.toString().endsWith(".phash")).findFirst().orElseThrow();
        }
    }

    /** Reads pairs.tsv: set and row of both, and whether it is mirrored. */
    private List<String> pairs() throws IOException {
        List<String> lines = Files.readAllLines(out.resolve("pairs.tsv"));
        return lines.subList(1, lines.size()).stream()
                .map(line -> line.split("\t"))
                .map(f -> "%s <- %s %s".formatted(place(f[3]), place(f[1]), f[5]))
                .toList();
    }

    private String place(String where) {
        return where.replace(folder + "/", "").replaceAll("/shard-\\d+.parquet row", "");
    }

    private Set<SampleKey> dropped(String file) {
        return DropList.load(out.resolve(file).toString()).keys().collect(Collectors.toSet());
    }

    private static Set<SampleKey> keys(DataSet data, int... rows) {
        return Arrays.stream(rows).mapToObj(data::key).collect(Collectors.toSet());
    }

    private static List<Long> numbers(Counts counts) {
        return List.of(
                counts.images(),
                counts.unreadable(),
                counts.plain(),
                counts.nearDuplicates(),
                counts.identical());
    }

    private static BufferedImage brighter(BufferedImage image) {
        BufferedImage brighter = PhotoSet.scaled(image, image.getWidth(), image.getHeight());
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                int lifted = 0;
                for (int shift = 0; shift < 24; shift += 8) {
                    lifted |= Math.min(255, (rgb >>> shift & 0xff) + 15) << shift;
                }
                brighter.setRGB(x, y, lifted);
            }
        }
        return brighter;
    }
}
