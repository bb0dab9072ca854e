package org.jft.core.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of the acceptance run, with PyTorch on the CPU and the engine on an emulated GPU. */
class AcceptanceScriptsTest {
    private static final Path SCRIPT = Path.of("..", "scripts", "gpu", "accept.py");

    @TempDir private Path folder;

    @BeforeAll
    static void requirePyTorch() throws Exception {
        assumeTrue(
                run(Files.createTempFile("import", ".txt"), "-c", "import torch, torchvision") == 0,
                "python3 has no PyTorch and torchvision");
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
        Map<String, JsonNode> verdicts = accept("parity", "--precisions", "fp32,bf16");
        assertThat(verdicts.get("parity").asText()).isEqualTo("passed");
    }

    /** The loss of a slope of ReLU's wrong sign. */
    @Test
    void shouldNameTheOpThatDiffers() throws Exception {
        Path op = folder.resolve("programs").resolve("ops").resolve("leaky-relu.json");
        Map<String, JsonNode> verdicts =
                accept("parity", "--precisions", "fp32", "--cases", "leaky-relu,relu");
        assertThat(Files.exists(op)).isTrue();
        assertThat(verdicts).isNotEmpty();
    }

    @Test
    void shouldTrainAndTime() throws Exception {
        Map<String, JsonNode> verdicts =
                accept("training", "speed", "profile", "--models", "resnet18", "--rounds", "1");
        assertThat(verdicts.get("training").asText()).isEqualTo("passed");
        assertThat(verdicts.get("profile resnet18").asText()).isEqualTo("passed");
        assertThat(verdicts.get("speed resnet18").asText()).contains("x PyTorch eager");
    }

    /** Returns the verdict of each part. */
    private Map<String, JsonNode> accept(String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of(SCRIPT.toString()));
        line.addAll(List.of(options));
        String runner =
                String.join(
                        " ",
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmulatedRunner.class.getName());
        line.addAll(List.of("--trial", runner, "--programs", folder + "/programs"));
        line.addAll(List.of("--out", folder + "/out", "--cache", folder + "/cache"));
        Path said = folder.resolve("said.txt");
        run(said, line.toArray(String[]::new));
        Map<String, JsonNode> verdicts = new TreeMap<>();
        for (String result : Files.readAllLines(folder.resolve("out/results.jsonl"))) {
            JsonNode read = new ObjectMapper().readTree(result);
            if (read.has("verdict")) {
                verdicts.put(read.get("part").asText(), read.get("verdict"));
            }
        }
        assertThat(verdicts).as("%s", Files.readString(said)).isNotEmpty();
        return verdicts;
    }

    private static int run(Path output, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("/usr/bin/python3"));
        line.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroy();
        }
        return process.waitFor();
    }
}
