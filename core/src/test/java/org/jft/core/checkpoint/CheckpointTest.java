package org.jft.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jft.core.checkpoint.Checkpoint.State;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.LossScale;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.core.model.Architectures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CheckpointTest {
    private static final ComputationGraphConfiguration GRAPH =
            Architectures.create(new ModelConfig("resnet8s", 0, 4, null, false), 3, 16, 1);
    private static final int PARAMETERS = parameterCount();

    @TempDir Path folder;

    @Test
    void shouldReadBackEveryBitThatWasWritten() {
        long seed = System.nanoTime();
        Checkpoint written = checkpoint(12, seed);
        Path file = folder.resolve("a.zip");
        CheckpointFile.write(file, written);
        Checkpoint read = CheckpointFile.read(file);
        assertThat(floats(read.parameters()))
                .as("seed=%s", seed)
                .isEqualTo(floats(written.parameters()));
        assertThat(floats(read.optimizerState())).isEqualTo(floats(written.optimizerState()));
        assertThat(read.state()).isEqualTo(written.state());
        assertThat(read.graph().getVertices().keySet())
                .isEqualTo(written.graph().getVertices().keySet());
    }

    @Test
    void shouldBeAModelThatDl4jRestoresByItself() throws IOException {
        Checkpoint written = checkpoint(3, 5);
        Path file = folder.resolve("a.zip");
        CheckpointFile.write(file, written);
        ComputationGraph restored =
                ModelSerializer.restoreComputationGraph(file.toFile(), /* updater= */ false);
        float[] parameters = floats(written.parameters());
        assertThat(restored.params().dup().data().asFloat()).isEqualTo(parameters);

        // Equal parameters could still be read as something else, such as a variance as its log.
        ComputationGraph original = new ComputationGraph(GRAPH.clone());
        original.init();
        original.setParams(Nd4j.createFromArray(parameters).reshape(original.params().shape()));
        INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 16, 16);
        assertThat(restored.outputSingle(images)).isEqualTo(original.outputSingle(images));
    }

    @Test
    void shouldRefuseAFileCutAnywhereAndNameIt() throws IOException {
        long seed = System.nanoTime();
        Path file = folder.resolve("cut.zip");
        CheckpointFile.write(file, checkpoint(3, seed));
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            // Up to the archive's directory, which only repeats what the entries said.
            int length = random.nextInt(whole.length - 400);
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> CheckpointFile.read(file))
                    .as("seed=%s length=%s of %s", seed, length, whole.length)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("cut.zip");
        }
    }

    @Test
    void shouldNoticeOneFlippedBitInTheNumbers() throws IOException {
        Path file = folder.resolve("flipped.zip");
        CheckpointFile.write(file, checkpoint(3, 5));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> CheckpointFile.read(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("flipped.zip")
                .hasMessageContaining("CRC");
    }

    @Test
    void shouldReadTheStateWithoutLookingAtTheParameters() throws IOException {
        Checkpoint written = checkpoint(3, 5);
        Path file = folder.resolve("state.zip");
        CheckpointFile.write(file, written);
        byte[] whole = Files.readAllBytes(file);
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1; // of a parameter
        Files.write(file, flipped);
        assertThat(CheckpointFile.readState(file)).isEqualTo(written.state());

        String text = new String(whole, StandardCharsets.ISO_8859_1);
        flipped = whole.clone();
        flipped[text.lastIndexOf("\"data_fingerprint\":\"abc") + 20] ^= 1;
        assertStateRefused(file, flipped, "CRC");
        assertStateRefused(file, Arrays.copyOf(whole, whole.length - 30), "state.zip");
        assertStateRefused(file, new byte[0], "state.zip");
    }

    private static void assertStateRefused(Path file, byte[] content, String part)
            throws IOException {
        Files.write(file, content);
        assertThatThrownBy(() -> CheckpointFile.readState(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(part);
    }

    @Test
    void shouldKeepTheNewestAndFallBackWhenTheLastIsCorrupt() throws IOException {
        CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("run"), 2);
        assertThat(checkpoints.latest(warning -> {})).isEmpty();
        for (long step : List.of(5L, 10L, 15L)) {
            checkpoints.write(checkpoint(step, step));
        }
        assertThat(checkpoints.files())
                .extracting(CheckpointFolder::step)
                .containsExactly(10L, 15L);
        assertThat(checkpoints.latest(warning -> {}).orElseThrow().state().step()).isEqualTo(15);

        Files.write(checkpoints.file(15), new byte[] {'P', 'K', 3, 4});
        List<String> warnings = new ArrayList<>();
        assertThat(checkpoints.latest(warnings::add).orElseThrow().state().step()).isEqualTo(10);
        assertThat(warnings).singleElement().asString().contains("step-000000015.zip");
        assertThat(checkpoints.latestState(warning -> {}).orElseThrow().step()).isEqualTo(10);

        Files.write(checkpoints.file(10), new byte[0]);
        assertThatThrownBy(() -> checkpoints.latest(warning -> {}))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("step-000000015.zip");
    }

    @Test
    void shouldLeaveWhatIsAheadToWhoeverComesLateAndDropItWhenARunGoesOnFromBefore() {
        CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("run"), 2);
        for (long step : List.of(15L, 20L, 10L)) { // 10 by a worker that had been frozen
            checkpoints.write(checkpoint(step, step));
        }
        assertThat(checkpoints.files())
                .extracting(CheckpointFolder::step)
                .containsExactly(10L, 15L, 20L);
        checkpoints.removeAhead(15);
        assertThat(checkpoints.files())
                .extracting(CheckpointFolder::step)
                .containsExactly(10L, 15L);
    }

    @Test
    void shouldLeaveEarlierCheckpointsAndNoDraftWhenTheDiskIsFull() throws IOException {
        Path full = Path.of("/dev/full"); // every write to it fails with ENOSPC
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full));
        Path file = folder.resolve("step.zip");
        Files.createSymbolicLink(folder.resolve("step.zip.tmp"), full);
        assertThatThrownBy(() -> CheckpointFile.write(file, checkpoint(1, 1)))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("step.zip")
                .hasMessageContaining("No space left");
        assertThat(folder).isEmptyDirectory();
    }

    private static Checkpoint checkpoint(long step, long seed) {
        Random random = new Random(seed);
        return new Checkpoint(
                GRAPH,
                random(random, PARAMETERS),
                random(random, 2 * PARAMETERS + 3),
                new State(
                        step,
                        step * 64,
                        1.5,
                        0.25,
                        "{\"name\":\"x\"}",
                        "abc",
                        new LossScale(1024, 7)));
    }

    private static int parameterCount() {
        ComputationGraph graph = new ComputationGraph(GRAPH.clone());
        graph.init();
        return (int) graph.numParams();
    }

    private static FloatBuffer random(Random random, int length) {
        FloatBuffer values =
                ByteBuffer.allocateDirect(4 * length)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        for (int i = 0; i < length; i++) {
            values.put(i, 0.1f + random.nextFloat());
        }
        return values;
    }

    private static float[] floats(FloatBuffer buffer) {
        float[] values = new float[buffer.remaining()];
        buffer.duplicate().get(values);
        return values;
    }
}
