package org.jft.core.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.core.model.TorchState.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class TorchStateTest {
    private static final int CLASSES = 5;
    private static final long SEED = 11;

    @TempDir private Path folder;
    private ComputationGraph graph;
    private TorchState state;
    private Path file;

    @BeforeEach
    void createNetwork() {
        graph = network("resnet8s", CLASSES);
        state = stateOf(graph);
        file = folder.resolve("model.safetensors");
    }

    @Test
    void shouldFollowTheStateDictOfTorchvision() {
        List<Tensor> tensors = stateOf(network("resnet50", 1000)).tensors();

        // torchvision: 320 entries, of which 53 are num_batches_tracked
        assertThat(tensors).hasSize(320 - 53);
        assertThat(tensors.stream().map(tensor -> tensor.name() + tensor.shape()))
                .startsWith(
                        "conv1.weight[64, 3, 7, 7]",
                        "bn1.weight[64]",
                        "bn1.bias[64]",
                        "bn1.running_mean[64]",
                        "bn1.running_var[64]",
                        "layer1.0.conv1.weight[64, 64, 1, 1]",
                        "layer1.0.bn1.weight[64]")
                .containsSubsequence(
                        "layer1.0.bn3.running_var[256]",
                        "layer1.0.downsample.0.weight[256, 64, 1, 1]",
                        "layer1.0.downsample.1.weight[256]",
                        "layer1.0.downsample.1.running_var[256]",
                        "layer1.1.conv1.weight[64, 256, 1, 1]")
                .endsWith("fc.weight[1000, 2048]", "fc.bias[1000]");
    }

    @Test
    void shouldShowTheHeadAsTorchLaysItOut() {
        INDArray weights = graph.paramTable().get("head_W"); // [in, out]
        FloatBuffer torch = tensor("fc.weight").in(flat()); // [out, in] row-major
        int in = (int) weights.size(0);

        for (int o = 0; o < CLASSES; o++) {
            for (int i = 0; i < in; i++) {
                assertThat(torch.get(o * in + i)).isEqualTo(weights.getFloat(i, o));
            }
        }
    }

    @Test
    void shouldShowConvolutionsAsTorchLaysThemOut() {
        INDArray weights = graph.paramTable().get("layer2.0.conv1_W"); // [out, in, kh, kw]
        FloatBuffer torch = tensor("layer2.0.conv1.weight").in(flat());

        assertThat(torch.get((((7 * 16) + 3) * 3 + 2) * 3 + 1))
                .isEqualTo(weights.getFloat(7, 3, 2, 1));
    }

    @Test
    void shouldReadBackWhatItWrote() {
        FloatBuffer written = randomVector(1);
        state.write(file, written);
        FloatBuffer read = randomVector(2);

        state.read(file, read, Set.of());

        assertThat(read).isEqualTo(written);
        assertThat(folder).isDirectoryContaining("glob:**model.safetensors");
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void shouldWriteTheFormatAsSpecified() throws IOException {
        FloatBuffer written = randomVector(3);
        state.write(file, written);

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = Math.toIntExact(bytes.getLong());
        String header = new String(bytes.array(), 8, headerLength, UTF_8);
        assertThat(headerLength % 8).isZero();
        assertThat(header)
                .startsWith(
                        "{\"__metadata__\":{\"format\":\"pt\"},\"conv1.weight\":{\"dtype\":\"F32\","
                                + "\"shape\":[16,3,3,3],\"data_offsets\":[0,1728]}")
                .contains("\"bn1.weight\":{\"dtype\":\"F32\",\"shape\":[16],");
        assertThat(bytes.getFloat(8 + headerLength + 4 * 5))
                .isEqualTo(tensor("conv1.weight").in(written).get(5));
        assertThat(bytes.getFloat(bytes.capacity() - 4))
                .isEqualTo(tensor("fc.bias").in(written).get(CLASSES - 1));
    }

    @Test
    void shouldPassOverTorchsBatchCounters() throws IOException {
        FloatBuffer written = randomVector(4);
        state.write(file, written);
        // one more tensor at the end: a scalar int64, as torchvision's files have for each norm
        long dataLength = 4L * written.capacity();
        rewriteHeader(
                header ->
                        header.stripTrailing().substring(0, header.stripTrailing().length() - 1)
                                + ",\"bn1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],"
                                + "\"data_offsets\":["
                                + dataLength
                                + ","
                                + (dataLength + 8)
                                + "]}}",
                8);
        FloatBuffer read = randomVector(5);

        state.read(file, read, Set.of());

        assertThat(read).isEqualTo(written);
    }

    @Test
    void shouldKeepTheHeadWhenTheClassesDiffer() {
        ComputationGraph other = network("resnet8s", CLASSES + 2);
        stateOf(other).write(file, flat(other));
        FloatBuffer target = randomVector(6);
        FloatBuffer before = copy(target);

        state.read(file, target, Set.of("fc.weight", "fc.bias"));

        assertThat(tensor("fc.weight").in(target)).isEqualTo(tensor("fc.weight").in(before));
        // the head lies last, so that the trunk has equal offsets in both
        assertThat(tensor("layer3.0.conv2.weight").in(target))
                .isEqualTo(tensor("layer3.0.conv2.weight").in(flat(other)));
    }

    @Test
    void shouldNameATensorOfAnotherShapeAndChangeNothing() {
        ComputationGraph other = network("resnet8s", CLASSES + 2);
        stateOf(other).write(file, flat(other));
        FloatBuffer target = randomVector(7);
        FloatBuffer before = copy(target);

        assertThatThrownBy(() -> state.read(file, target, Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "%s: tensor 'fc.weight' has the shape [7, 64], the network needs [5, 64]",
                        file);
        assertThat(target).isEqualTo(before);
    }

    @Test
    void shouldNameAMissingTensor() throws IOException {
        state.write(file, randomVector(8));
        rewriteHeader(header -> header.replace("bn1.bias", "bn1.bios"), 0);

        assertThatThrownBy(() -> state.read(file, randomVector(9), Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage("%s: tensor 'bn1.bias' is missing", file);
    }

    @Test
    void shouldNameATensorTooMany() {
        ComputationGraph larger = network("resnet14s", CLASSES);
        stateOf(larger).write(file, flat(larger));

        assertThatThrownBy(() -> state.read(file, randomVector(10), Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage("%s: tensor 'layer1.1.conv1.weight' is not in the network", file);
    }

    @Test
    void shouldRefuseAnotherType() throws IOException {
        state.write(file, randomVector(12));
        rewriteHeader(
                header ->
                        header.replaceFirst(
                                "\"bn1.bias\":\\{\"dtype\":\"F32\"",
                                "\"bn1.bias\":{\"dtype\":\"I32\""),
                0);

        assertThatThrownBy(() -> state.read(file, randomVector(13), Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage("%s: tensor 'bn1.bias' is I32, only F32 can be read", file);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.00001, 0.001, 0.01, 0.5, 0.999})
    void shouldNameATruncatedFile(double kept) throws IOException {
        state.write(file, randomVector(14));
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, (int) (whole.length * kept)));

        assertThatThrownBy(() -> state.read(file, randomVector(15), Set.of()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(file + ": ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{\"a\":1}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[4,0]}}",
                "{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],"
                        + "\"data_offsets\":[0,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{}}",
            })
    void shouldRefuseAHeaderThatDoesNotAddUp(String header) throws IOException {
        byte[] json = header.getBytes(UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, bytes.putLong(json.length).put(json).array());

        assertThatThrownBy(() -> state.read(file, randomVector(16), Set.of()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(file + ": ");
    }

    @Test
    void shouldNameAFileThatIsNotThereOrCannotBeWritten() {
        Path nowhere = folder.resolve("no/such/folder/model.safetensors");

        assertThatThrownBy(() -> state.read(nowhere, randomVector(17), Set.of()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(nowhere + ": cannot be read");
        assertThatThrownBy(() -> state.write(nowhere, randomVector(18)))
                .isInstanceOf(JftException.class)
                .hasMessageStartingWith(nowhere + ": cannot be written");
    }

    private Tensor tensor(String name) {
        return state.tensors().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private FloatBuffer flat() {
        return flat(graph);
    }

    private static FloatBuffer flat(ComputationGraph graph) {
        return FloatBuffer.wrap(graph.params().toFloatVector());
    }

    private FloatBuffer randomVector(long seed) {
        Random random = new Random(seed);
        FloatBuffer vector = FloatBuffer.allocate((int) graph.numParams());
        while (vector.hasRemaining()) {
            vector.put(random.nextFloat());
        }
        return vector.flip();
    }

    private static FloatBuffer copy(FloatBuffer source) {
        return FloatBuffer.allocate(source.capacity()).put(source.duplicate()).flip();
    }

    private void rewriteHeader(UnaryOperator<String> edit, int moreData) throws IOException {
        ByteBuffer old = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = Math.toIntExact(old.getLong());
        byte[] header = edit.apply(new String(old.array(), 8, headerLength, UTF_8)).getBytes(UTF_8);
        ByteBuffer edited =
                ByteBuffer.allocate(old.capacity() - headerLength + header.length + moreData)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .put(old.position(8 + headerLength));
        Files.write(file, edited.array());
    }

    private static TorchState stateOf(ComputationGraph graph) {
        return TorchState.of(graph.getConfiguration(), GraphLayouts.of(graph));
    }

    private static ComputationGraph network(String name, int classes) {
        ComputationGraph graph =
                new ComputationGraph(
                        Architectures.create(
                                new ModelConfig(name, 0, 0, null, false), classes, 64, SEED));
        graph.init();
        return graph;
    }
}
