package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.endtoend.Command.Result;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs in processes of their own, as {@code jft-train} runs them. */
class TrainingJobTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 12;
    private static final Map<String, float[]> TRAINED = new HashMap<>();

    @TempDir static Path folder;

    @BeforeAll
    static void makeData() {
        SyntheticSet.make(folder);
    }

    /**
     * The same 12 steps on 1, 2 and 4 workers. A micro batch has the same members everywhere and
     * each worker one compute thread (more would split sums inside the engine differently), so only
     * the order in which gradients are added differs; over these few steps that stays below 1e-3 of
     * the largest parameter change. Within a run the ranks' bits are compared after every step
     * (checksum_every: 1), so a run that ends has proved them equal.
     */
    @Test
    void shouldReachTheSameParametersOnOneTwoAndFourWorkers() {
        float[] start = afterOneStep();
        float[] one = afterTraining("w1", 1, "cluster.shard_classes=false");
        float[] two = afterTraining("w2", 2, "cluster.shard_classes=false");
        float[] four = afterTraining("w4", 4, "cluster.shard_classes=false");
        double moved = distance(start, one);
        assertThat(moved).isPositive();
        assertThat(distance(one, two) / moved).as("1 against 2 workers").isLessThan(1e-3);
        assertThat(distance(one, four) / moved).as("1 against 4 workers").isLessThan(1e-3);
    }

    /** As above: two micro batches under one batch norm, and one of both. */
    @Test
    void shouldReachTheSameParametersWithBatchNormsOverTwoWorkers() {
        float[] start = afterOneStep();
        float[] one = parameters("norm1", joined(1, 32));
        float[] two = parameters("norm2", joined(2, 16));
        assertThat(distance(one, two) / distance(start, one)).isLessThan(1e-3);
    }

    private static String[] joined(int workers, int microBatch) {
        return new String[] {
            "--set",
            "engine.threads=1",
            "--set",
            "train.steps=4",
            "--set",
            "model.sync_batch_norm=true",
            "--set",
            "train.micro_batch=" + microBatch,
            "--workers",
            String.valueOf(workers)
        };
    }

    /** As above: classes that lie on several workers are the same model, to the order of sums. */
    @Test
    void shouldReachTheSameParametersWithTheClassesDealtOut() {
        float[] start = afterOneStep();
        float[] whole = afterTraining("w1", 1, "cluster.shard_classes=false");
        float[] dealt = afterTraining("sharded2", 2, "cluster.shard_classes=true");
        double moved = distance(start, whole);
        assertThat(distance(whole, dealt) / moved).as("on 2 workers").isLessThan(1e-3);

        Command victim = start("sharded4", exactly(4, "cluster.shard_classes=true"));
        awaitCheckpoint(victim, folder.resolve("sharded4/checkpoints"));
        victim.killAll();
        float[] resumed = afterTraining("sharded4", 1, "cluster.shard_classes=false");
        assertThat(distance(whole, resumed) / moved).as("from 4 to whole").isLessThan(1e-3);
    }

    @Test
    void shouldEndWithTheSameBitsAfterTheWholeJobWasKilledMidEpoch() throws IOException {
        String[] arguments = {
            "--workers", "2",
            "--set", "train.ema_decay=0.99",
            "--set", "data.mix.cutmix_alpha=1",
            "--set", "data.image.rand_augment.operations=2"
        };
        JsonNode straight = summary(train("straight", arguments), "straight");
        Command victim = start("killed", arguments);
        Path checkpoints = folder.resolve("killed/checkpoints");
        awaitCheckpoint(victim, checkpoints);
        victim.killAll();
        assertThat(folder.resolve("killed/summary.json")).doesNotExist();
        assertThat(lastStep(checkpoints)).isBetween(4L, (long) STEPS - 1); // 12 of 13 steps a epoch

        JsonNode resumed = summary(train("killed", arguments), "killed");
        assertThat(resumed.path("parameters_sha256")).isEqualTo(straight.path("parameters_sha256"));
        assertThat(resumed.path("final_loss")).isEqualTo(straight.path("final_loss"));
        assertThat(steps("killed")).isEqualTo(steps("straight"));
        assertThat(checkpoint("killed").optimizerState()) // momentum and moving average
                .isEqualTo(checkpoint("straight").optimizerState());
    }

    @Test
    void shouldResumeOnAnotherNumberOfWorkers() throws IOException {
        Command victim = start("moved", "--workers", "2");
        awaitCheckpoint(victim, folder.resolve("moved/checkpoints"));
        victim.killAll();
        JsonNode resumed = summary(train("moved"), "moved");
        assertThat(resumed.path("world_size").asInt()).isEqualTo(1);
        assertThat(resumed.path("steps").asInt()).isEqualTo(STEPS);
    }

    @Test
    void shouldSayThatACompleteRunIsComplete() throws IOException {
        afterOneStep();
        String before = Files.readString(folder.resolve("one-step/summary.json"));
        Result again = train("one-step", "--set", "train.steps=1");
        assertThat(again.out()).contains("already complete");
        assertThat(folder.resolve("one-step/summary.json")).hasContent(before);
    }

    @Test
    void shouldLeaveNumbersThatOthersCanRead() throws IOException {
        Result result = train("numbers", "--workers", "2");
        JsonNode summary = summary(result, "numbers");
        assertThat(summary.path("world_size").asInt()).isEqualTo(2);
        assertThat(summary.path("steps").asInt()).isEqualTo(STEPS);
        assertThat(summary.path("parameters_sha256").asText()).hasSize(64);
        assertThat(summary.path("data_fingerprint").asText()).isNotEmpty();
        assertThat(summary.path("config").path("cluster").path("workers").asInt()).isEqualTo(2);
        assertThat(result.out()).startsWith("tiny: engine onednn in fp32, 2 workers");
        assertThat(summary.path("config").path("engine").path("precision").asText())
                .isEqualTo("FP32");
        JsonNode given = JSON.readTree(folder.resolve("numbers/config.json").toFile());
        assertThat(given.path("engine").path("name").asText()).isEqualTo("auto");
        assertThat(given.path("engine").path("precision").isNull()).isTrue();
        assertThat(summary.path("final_loss").asDouble()).isPositive();
        assertThat(summary.path("wall_seconds").asDouble()).isPositive();

        List<String> lines = Files.readAllLines(folder.resolve("numbers/metrics.jsonl"));
        assertThat(lines).hasSize(STEPS / 2);
        JsonNode last = JSON.readTree(lines.get(lines.size() - 1));
        assertThat(last.fieldNames())
                .toIterable()
                .containsExactly(
                        "step",
                        "epoch",
                        "samples",
                        "loss",
                        "learning_rate",
                        "images_per_second",
                        "data_wait_ms",
                        "forward_ms",
                        "backward_ms",
                        "allreduce_ms",
                        "update_ms",
                        "allreduce_hidden_ms",
                        "sent_bytes",
                        "gc_ms",
                        "step_ms_median",
                        "step_ms_slowest",
                        "slowest_rank");
        assertThat(last.path("step").asInt()).isEqualTo(STEPS);
        assertThat(last.path("samples").asInt()).isEqualTo(STEPS * 32);
        assertThat(last.path("forward_ms").asDouble()).isPositive();
        assertThat(last.path("backward_ms").asDouble()).isPositive();
        double first = JSON.readTree(lines.get(0)).path("loss").asDouble();
        assertThat(last.path("loss").asDouble()).isLessThan(first); // it learns
    }

    @Test
    void shouldNameStepAndRankWhenTheLossIsNotFinite() {
        Result result =
                run(
                        "diverged",
                        "--workers",
                        "2",
                        "--set",
                        "train.schedule={kind: constant, learning_rate: 1.0e30}");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("is not finite at step").contains("rank");
        assertThat(result.err()).doesNotContain("\tat ");
    }

    @Test
    void shouldNameTheRankThatDiedAndLeaveNoProcess() {
        Command job = start("orphan", "--workers", "2", "--set", "train.steps=100000");
        awaitCheckpoint(job, folder.resolve("orphan/checkpoints"));
        List<ProcessHandle> workers = job.workers();
        assertThat(workers).hasSize(2);
        workers.get(1).destroyForcibly();
        Result result = job.await();
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).containsPattern("rank [01] was killed by signal 9");
        assertThat(workers).noneMatch(ProcessHandle::isAlive);
    }

    /** Bound to a core, libgomp binds the thread that loads it, and threads inherit that. */
    @Test
    void shouldBindTheEngineToItsCoreAndLetDecodersUseAll() throws IOException {
        String all = coresOf(Path.of("/proc/self/status"));
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        Command job =
                start(
                        "bound",
                        "--set",
                        "engine.affinity=cores",
                        "--set",
                        "engine.threads=1",
                        "--set",
                        "train.steps=100000");
        awaitCheckpoint(job, folder.resolve("bound/checkpoints"));
        assertThat(job.workers()).hasSize(1);
        Map<String, Set<String>> cores = coresByThread(job.workers().get(0).pid());
        job.killAll();

        String first = all.split("[-,]")[0];
        assertThat(cores.get("java")).contains(first); // the engine's owner
        assertThat(cores.get("jft-decode-0")).containsExactly(all);
    }

    private static Map<String, Set<String>> coresByThread(long pid) throws IOException {
        Map<String, Set<String>> cores = new TreeMap<>();
        for (File task : Path.of("/proc/" + pid + "/task").toFile().listFiles()) {
            Path status = task.toPath().resolve("status");
            String name = Files.readString(task.toPath().resolve("comm")).strip();
            cores.computeIfAbsent(name, any -> new TreeSet<>()).add(coresOf(status));
        }
        return cores;
    }

    private static String coresOf(Path status) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring("Cpus_allowed_list:".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private static void awaitCheckpoint(Command job, Path checkpoints) {
        Command.await(job, () -> lastStep(checkpoints) > 0);
    }

    private static long lastStep(Path checkpoints) {
        String[] names = checkpoints.toFile().list((dir, name) -> name.endsWith(".zip"));
        long last = 0;
        for (String name : names == null ? new String[0] : names) {
            last = Math.max(last, Long.parseLong(name.replaceAll("\\D", "")));
        }
        return last;
    }

    private static List<Long> steps(String run) throws IOException {
        List<Long> steps = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"))) {
            steps.add(JSON.readTree(line).path("step").asLong());
        }
        return steps;
    }

    private static float[] afterTraining(String run, int workers, String key) {
        return parameters(run, exactly(workers, key));
    }

    /** Returns the arguments of a run whose sums differ by their order alone. */
    private static String[] exactly(int workers, String key) {
        return new String[] {
            "--set",
            "engine.threads=1",
            "--set",
            "data.mix={mixup_alpha: 0.4, cutmix_alpha: 1}",
            "--set",
            "data.image.color_jitter={brightness: 0.4, contrast: 0.4, hue: 0.1}",
            "--set",
            key,
            "--workers",
            String.valueOf(workers)
        };
    }

    private static float[] afterOneStep() {
        return parameters("one-step", "--set", "train.steps=1");
    }

    /** Returns the parameters at the end of a run, which is trained by the first test to ask. */
    private static float[] parameters(String run, String... arguments) {
        return TRAINED.computeIfAbsent(
                run,
                name -> {
                    train(name, arguments);
                    FloatBuffer parameters = checkpoint(name).parameters();
                    float[] values = new float[parameters.remaining()];
                    parameters.get(values);
                    return values;
                });
    }

    private static Checkpoint checkpoint(String run) {
        Path checkpoints = folder.resolve(run).resolve("checkpoints");
        return CheckpointFile.read(
                checkpoints.resolve("step-%09d.zip".formatted(lastStep(checkpoints))));
    }

    private static double distance(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    private static JsonNode summary(Result result, String run) throws IOException {
        assertThat(result.exitCode()).as(result.err()).isZero();
        return JSON.readTree(folder.resolve(run).resolve("summary.json").toFile());
    }

    private static Result train(String run, String... arguments) {
        Result result = run(run, arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private static Result run(String run, String... arguments) {
        return start(run, arguments).await();
    }

    private static Command start(String run, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run));
        all.addAll(List.of(arguments));
        return Command.start(JftTrain.class, folder, all.toArray(String[]::new));
    }
}
