package org.jft.core.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.MoreCollectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts of the acceptance run, with PyTorch on the CPU and the engine on an emulated GPU.
 * Environment: PYTHON, as in accept.sh.
 */
class AcceptanceScriptsTest {
    private static final Path SCRIPT = Path.of("..", "scripts", "gpu", "accept.py");
    private static final String PYTHON =
            Objects.requireNonNullElse(System.getenv("PYTHON"), "python3");

    @TempDir private Path folder;

    private String runner =
            String.join(
                    " ",
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    EmulatedRunner.class.getName());

    @BeforeAll
    static void requirePyTorch() throws Exception {
        assumeTrue(
                run(Files.createTempFile("import", ".txt"), "-c", "import torch, torchvision") == 0,
                PYTHON + " has no PyTorch and torchvision");
    }

    @BeforeEach
    void writeNetworks() throws IOException {
        Path programs = folder.resolve("programs");
        for (Map.Entry<String, PortableNetwork> op : OpPrograms.all().entrySet()) {
            ProgramExport.write(op.getValue(), programs, "ops", op.getKey());
        }
        ProgramExport.write(ProgramExport.lower("resnet8s", 16, 4), programs, "small", "resnet8s");
        PortableNetwork timed = ProgramExport.lower("resnet18", 32, 1000);
        ProgramExport.write(timed, programs, "large", "resnet18-32");
    }

    @Test
    void shouldFindParityWithPyTorchInEveryOpAndANetwork() throws Exception {
        List<JsonNode> results = accept("parity", "--precisions", "fp32,bf16");
        assertThat(verdict(results, "parity")).isEqualTo("passed");
        assertThat(results).hasSize(2 * (OpPrograms.all().size() + 1) + 1);
    }

    @Test
    void shouldNameATensorThatDiffers() throws Exception {
        Path wrong = Files.createFile(folder.resolve("wrong"));
        Files.writeString(
                wrong,
                """
                %s "$@" && printf '\\000\\000\\200\\100' | dd conv=notrunc of=%s
                """
                        .formatted(runner, folder.resolve("cache/numbers/relu/fp32/output0.f32")));
        runner = "sh " + wrong;
        List<JsonNode> results = accept("parity", "--precisions", "fp32", "--cases", "relu,add");
        assertThat(of(results, "parity", "case", "add").get("passed").asBoolean()).isTrue();
        assertThat(of(results, "parity", "case", "relu").get("why").asText())
                .startsWith("1 of 2 tensors; output 0: ");
        assertThat(verdict(results, "parity")).isEqualTo("FAILED: 1 of 2: relu fp32");
    }

    @Test
    void shouldGoOnBehindANetworkThatDoesNotRun() throws Exception {
        Path add = folder.resolve("programs/ops/add.json");
        Files.writeString(add, Files.readString(add).replace("\"Add\"", "\"Subtract\""));
        List<JsonNode> results = accept("parity", "--precisions", "fp32", "--cases", "relu,add");
        assertThat(of(results, "parity", "case", "add").get("why").asText())
                .contains("add/network.json holds no network");
        assertThat(of(results, "parity", "case", "relu").get("passed").asBoolean()).isTrue();
    }

    @Test
    void shouldSayThatTimeIsUp() throws Exception {
        List<JsonNode> results = accept("parity", "training", "--minutes", "0.01");
        assertThat(verdict(results, "parity")).isEqualTo("NOT PASSED, out of time");
        assertThat(verdict(results, "training")).isEqualTo("NOT PASSED, out of time");
    }

    @Test
    void shouldTrainAndTime() throws Exception {
        List<JsonNode> results =
                accept(
                        "training speed profile --rounds 1 --models resnet18 --precisions bf16"
                                .split(" "));
        assertThat(of(results, "training", "precision", "bf16").get("passed").asBoolean()).isTrue();
        assertThat(of(results, "speed", "competitor", "ours bf16").get("rate").asDouble())
                .isPositive();
        assertThat(of(results, "speed", "competitor", "eager").get("rate").asDouble()).isPositive();
        assertThat(verdict(results, "speed resnet18")).endsWith(" x PyTorch eager");
        assertThat(verdict(results, "profile resnet18")).isEqualTo("passed");
    }

    private static JsonNode of(List<JsonNode> results, String part, String key, String value) {
        return results.stream()
                .filter(result -> result.get("part").asText().equals(part))
                .filter(result -> result.path(key).asText().equals(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError(value + " is not in " + results));
    }

    private static String verdict(List<JsonNode> results, String part) {
        return results.stream()
                .filter(result -> result.get("part").asText().equals(part))
                .filter(result -> result.has("verdict"))
                .collect(MoreCollectors.onlyElement())
                .get("verdict")
                .asText();
    }

    /** Returns what the run measured. */
    private List<JsonNode> accept(String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of(SCRIPT.toString()));
        line.addAll(List.of(options));
        line.addAll(List.of("--trial", runner, "--programs", folder + "/programs"));
        line.addAll(List.of("--out", folder + "/out", "--cache", folder + "/cache"));
        Path said = folder.resolve("said.txt");
        run(said, line.toArray(String[]::new));
        Path file = folder.resolve("out/results.jsonl");
        assertThat(file).as("%s", Files.readString(said)).exists();
        List<JsonNode> results = new ArrayList<>();
        for (String result : Files.readAllLines(file)) {
            results.add(new ObjectMapper().readTree(result));
        }
        return results;
    }

    private static int run(Path output, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(PYTHON));
        line.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroy();
        }
        return process.waitFor();
    }
}
