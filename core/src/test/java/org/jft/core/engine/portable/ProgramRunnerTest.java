package org.jft.core.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.engine.cuda.EmulatedCuda;
import org.jft.core.engine.cuda.driver.Cuda;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The runner over an emulated GPU. */
class ProgramRunnerTest {
    private static final int ROWS = 2;
    private static final int SIZE = 16;
    private static final int CLASSES = 4;
    private static final int BATCHES = 2;

    @TempDir private Path folder;

    private final EmulatedCuda emulated = new EmulatedCuda(true);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Random random = new Random(11);
    private final PortableNetwork network = ProgramExport.lower("resnet8s", SIZE, CLASSES);

    @BeforeEach
    void writeNetwork() throws IOException {
        network.write(folder.resolve("network.json"));
        FloatBuffer parameters = floats("parameters.f32", network.layout().length(), 0.1f);
        for (Slice slice : network.layout().slices()) {
            if (slice.kind() == Kind.SCALE || slice.kind() == Kind.RUNNING_VARIANCE) {
                for (int i = 0; i < slice.length(); i++) {
                    parameters.put(slice.offset() + i, 1);
                }
            }
        }
        NumberFiles.write(folder.resolve("parameters.f32"), parameters);
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP32", "BF16"})
    void shouldGiveWhatTheEngineGivesInThisProcess(Precision precision) throws IOException {
        FloatBuffer image = floats("input0.f32", ROWS * 3 * SIZE * SIZE, 1);
        FloatBuffer gradient = floats("outputGradient0.f32", ROWS * CLASSES, 1);
        assertThat(run("pass", "--precision", precision.name())).as("%s", err).isZero();

        EngineConfig config = new EngineConfig("cuda", precision, 0, null, false);
        try (Engine engine = emulated.compile(network.program(), network.layout(), ROWS, config)) {
            engine.parameters().put(0, read("parameters.f32"), 0, network.layout().length());
            List<EngineInput> inputs = List.of(new EngineInput.Tensor(image, ROWS));
            FloatBuffer output = engine.forward(inputs, Pass.training(0)).get(0);
            assertThat(result(precision, "output0.f32")).isEqualTo(output);
            engine.backward(List.of(gradient), GradientListener.NONE);
            assertThat(result(precision, "gradients.f32")).isEqualTo(engine.gradients());
        }
    }

    @Test
    void shouldPrintEachFolderThatIsDoneAndStopAtTheFirstFailure() throws IOException {
        floats("input0.f32", ROWS * 3 * SIZE * SIZE, 1);
        floats("outputGradient0.f32", ROWS * CLASSES, 1);
        Path empty = Files.createDirectory(folder.resolve("empty"));
        String[] options = {empty.toString(), folder.toString(), "--precision", "fp32"};
        assertThat(run("pass", options)).isEqualTo(CommandRunner.FAILED);
        assertThat(out.toString().lines()).containsExactly(folder.toString());
        assertThat(err.toString()).contains(empty.resolve("network.json").toString());
    }

    @Test
    void shouldPrintKindsOfTasksThenTheLongestTasks() throws IOException {
        pixels(ROWS);
        assertThat(run("profile", "--precision", "bf16", "--passes", "2")).as("%s", err).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(0)).matches("[0-9.]+ ms a pass in \\d+ tasks.* mean of 2");
        List<String> kinds = lines.stream().filter(line -> line.startsWith("Linear ")).toList();
        assertThat(kinds.get(0)).matches("Linear +[0-9.]+ +[0-9.]+% +[0-9.]+ *");
        assertThat(kinds).as("what ran").anyMatch(line -> line.contains("cuDNN's engine"));
        double longest = millis(kinds.get(1)); // the first task of the kind
        assertThat(longest).isLessThan(millis(kinds.get(0)));
        assertThat(kinds.stream().skip(1).mapToDouble(ProgramRunnerTest::millis).max())
                .hasValue(longest);
    }

    private static double millis(String row) {
        return Double.parseDouble(row.substring(58, 67).strip());
    }

    @Test
    void shouldTrainOnBatchesInTurn() throws IOException {
        pixels(BATCHES * ROWS);
        ByteBuffer labels =
                ByteBuffer.allocate(BATCHES * ROWS * Integer.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < BATCHES * ROWS; i++) {
            labels.putInt(i % CLASSES);
        }
        Files.write(folder.resolve("labels.i32"), labels.array());
        String[] options = {"--precision", "fp32", "--steps", "20", "--learning-rate", "0.02"};
        assertThat(run("train", options)).as("%s", err).isZero();
        JsonNode steps = new ObjectMapper().readTree(folder.resolve("fp32/steps.json").toFile());
        assertThat(steps.get("milliseconds")).hasSize(20);
        JsonNode losses = steps.get("losses");
        for (int batch = 0; batch < BATCHES; batch++) { // the last steps are on the same batches
            assertThat(losses.get(18 + batch).asDouble())
                    .isLessThan(0.8 * losses.get(batch).asDouble());
        }
    }

    @Test
    void shouldNameTheFileThatIsTooShort() throws IOException {
        floats("input0.f32", 7, 1);
        floats("outputGradient0.f32", ROWS * CLASSES, 1);
        assertThat(run("pass", "--precision", "fp32")).isEqualTo(CommandRunner.USAGE);
        assertThat(err.toString())
                .contains("input0.f32 holds 7 values, expected " + ROWS * 3 * SIZE * SIZE);
    }

    @Test
    void shouldSayThatThereIsNoDevice() {
        assumeFalse(Cuda.driverPresent());
        assertThat(CommandRunner.run(runner(), quiet(), new PrintWriter(err), "devices"))
                .isEqualTo(CommandRunner.USAGE);
        assertThat(err.toString().strip()).endsWith("this machine has no CUDA device");
    }

    private ProgramRunner runner() {
        return new ProgramRunner(emulated::compile);
    }

    private int run(String command, String... options) {
        String[] fixed = {command, folder.toString(), "--batch", String.valueOf(ROWS)};
        String[] all = new String[fixed.length + options.length];
        System.arraycopy(fixed, 0, all, 0, fixed.length);
        System.arraycopy(options, 0, all, fixed.length, options.length);
        return CommandRunner.run(runner(), new PrintWriter(out), new PrintWriter(err, true), all);
    }

    private static PrintWriter quiet() {
        return new PrintWriter(new StringWriter());
    }

    private void pixels(int images) throws IOException {
        byte[] pixels = new byte[images * SIZE * SIZE * 3];
        random.nextBytes(pixels);
        Files.write(folder.resolve("pixels.u8"), pixels);
    }

    private FloatBuffer floats(String file, int count, float scale) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
        FloatBuffer values = bytes.asFloatBuffer();
        for (int i = 0; i < count; i++) {
            values.put(i, scale * (float) random.nextGaussian());
        }
        NumberFiles.write(folder.resolve(file), values);
        return values;
    }

    private FloatBuffer result(Precision precision, String file) throws IOException {
        return read(precision.name().toLowerCase(Locale.ROOT) + "/" + file);
    }

    private FloatBuffer read(String file) throws IOException {
        Path path = folder.resolve(file);
        return NumberFiles.floats(path, Files.size(path) / Float.BYTES);
    }
}
