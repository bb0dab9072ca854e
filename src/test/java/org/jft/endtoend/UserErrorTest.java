package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jft.data.cli.JftData;
import org.jft.data.shard.DataSet;
import org.jft.endtoend.Command.Result;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees when something is wrong: one sentence, the right exit code, nothing lost. */
class UserErrorTest {
    @TempDir static Path folder;

    @BeforeAll
    static void makeData() {
        SyntheticSet.make(folder);
    }

    @Test
    void shouldNameTheNearestKeyAndExitTwo() {
        Result result = train("key", "--set", "model.clases=10");
        assertSentence(result, 2, "unknown key 'model.clases'", "'model.classes'");
    }

    @Test
    void shouldNameAMissingConfigAndAMissingDataSet() {
        Result config = Command.run(JftTrain.class, folder, "--config", "none.yaml");
        assertSentence(config, 2, "none.yaml");
        Result data = train("missing", "--set", "data.train=nowhere/train");
        assertSentence(data, 2, "nowhere/train", "jft-data");
    }

    @Test
    void shouldNameATruncatedShard() throws IOException {
        Path set = copySet("truncated");
        Path shard = shard(set);
        try (FileChannel channel = FileChannel.open(shard, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        Result result = train("cut", "--set", "data.train=truncated");
        assertSentence(result, 1, shard.getFileName().toString());
    }

    @Test
    void shouldRefuseAHeadWithFewerClassesThanTheLabels() {
        Result result = train("range", "--set", "model.classes=3");
        assertSentence(result, 2, "model.classes=3", "label ids up to");
    }

    @Test
    void shouldRefuseToBindMoreThreadsThanThereAreCores() {
        Result result =
                train("cores", "--set", "engine.affinity=cores", "--set", "engine.threads=100000");
        assertSentence(result, 2, "engine.affinity=CORES", "1 x 100000 cores");
        assertThat(folder.resolve("cores")).doesNotExist();
    }

    /** oneDNN is told to take the CPU for an older one. */
    @ParameterizedTest
    @ValueSource(strings = {"--out=plain", "--dry-run"})
    void shouldRefuseAPrecisionThatTheCpuLacksBeforeItTrains(String option) {
        Result result =
                Command.run(
                        JftTrain.class,
                        folder,
                        Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"),
                        "--config",
                        "tiny.yaml",
                        "--set",
                        "engine.precision=bf16",
                        option);
        assertSentence(result, 2, "bf16", "AVX-512", "use engine.precision: fp32");
        assertThat(result.out()).doesNotContain("step");
    }

    @ParameterizedTest
    @CsvSource({
        "--workers=0, cluster.workers must be positive",
        "--set=train.cadence.checkpoint_every=0, train.cadence.checkpoint_every must be positive"
    })
    void shouldRefuseANumberThatMeansNothing(String option, String sentence) {
        assertSentence(train("zero", option), 2, sentence);
    }

    @Test
    void shouldSayThatTheCudaEngineIsNotBuiltIn() {
        Result result = train("gpu", "--engine", "cuda");
        assertSentence(result, 2, "built without the CUDA bindings", "mvn -Pcuda");
    }

    @Test
    void shouldPlanARunOnAGpuWithoutOne() {
        Result result = train("gpu-plan", "--engine", "cuda", "--dry-run");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("precision: BF16") // resolved, for the config gives none
                .containsPattern("engine cuda +\\d.* for micro batches of \\d+ in bf16");
    }

    @Test
    void shouldQuarantineACorruptImageAndTrainOn() throws IOException {
        Path set = copySet("corrupt");
        spoilFirstImage(set);
        Result verify = Command.run(JftData.class, folder, "verify", "corrupt");
        assertThat(verify.exitCode()).isEqualTo(1);

        Result result = train("spoilt", "--set", "data.train=corrupt", "--set", "train.steps=14");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(Files.readString(folder.resolve("spoilt/summary.json")))
                .contains("\"quarantined_images\" : 1");
        assertThat(Files.readAllLines(folder.resolve("spoilt/quarantine.tsv")))
                .hasSize(2) // header and the one image
                .last()
                .asString()
                .contains(shard(set).getFileName().toString());
    }

    @Test
    void shouldRefuseToMixTwoRunsInOneFolder() {
        assertThat(train("mixed").exitCode()).isZero();
        Result result = train("mixed", "--set", "train.optimizer.momentum=0.5");
        assertSentence(result, 2, "train.optimizer.momentum was 0.9, now 0.5", "--out");
    }

    @Test
    void shouldPlanThePapersRunWithoutItsData() {
        Result result =
                Command.run(
                        JftTrain.class,
                        folder,
                        "--config",
                        "resnet101.yaml",
                        "--dry-run",
                        "--set",
                        "model.classes=1000");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .containsPattern("trainable parameters +44,549,160")
                .containsPattern("steps +36,000,000 of 32 images")
                .contains("memory per worker")
                .containsPattern("engine \\w+ +\\d.* for micro batches of \\d+ in (fp|bf)\\d");
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    private static void assertSentence(Result result, int exitCode, String... parts) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err()).contains(parts).doesNotContain("\tat ");
        assertThat(result.err().lines().filter(line -> line.startsWith("jft-"))).hasSize(1);
    }

    private static Result train(String run, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run));
        all.addAll(List.of(arguments));
        return Command.run(JftTrain.class, folder, all.toArray(String[]::new));
    }

    private static Path copySet(String name) throws IOException {
        Path copy = folder.resolve(name);
        SyntheticSet.copy(folder.resolve("set/train"), copy);
        return copy;
    }

    private static Path shard(Path set) throws IOException {
        try (Stream<Path> files = Files.walk(set)) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Overwrites the pixels of the first image in its shard, after the header. */
    private static void spoilFirstImage(Path set) throws IOException {
        byte[] image;
        try (DataSet data = DataSet.open(set)) {
            var bytes = data.readImage(0, java.nio.ByteBuffer.allocateDirect(0));
            image = new byte[bytes.remaining()];
            bytes.get(image);
        }
        Path shard = shard(set);
        byte[] file = Files.readAllBytes(shard);
        int at = indexOf(file, image);
        try (RandomAccessFile access = new RandomAccessFile(shard.toFile(), "rw")) {
            access.seek(at);
            access.write(new byte[Math.min(image.length, 64)]);
        }
    }

    private static int indexOf(byte[] file, byte[] part) {
        for (int at = 0; at <= file.length - part.length; at++) {
            if (java.util.Arrays.equals(file, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("the image is not in the shard as it is");
    }
}
