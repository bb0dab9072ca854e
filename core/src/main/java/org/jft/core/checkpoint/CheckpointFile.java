package org.jft.core.checkpoint;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jft.core.failure.Category;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The checkpoint format, a zip archive. Each entry carries the zip's own CRC-32, checked on read; a
 * truncated file lacks an entry or the end of one, and is known as such.
 *
 * <pre>
 *  configuration.json   DL4J: the ComputationGraphConfiguration
 *  coefficients.bin     DL4J: the flat parameters, as Nd4j.write writes them
 *  jft/optimizer.f32    optimizer vectors one after the other, float32 little-endian
 *  jft/state.json       {@link Checkpoint.State}; last, so that it vouches for the others
 * </pre>
 */
public final class CheckpointFile {
    private static final String GRAPH = "configuration.json";
    private static final String PARAMETERS = "coefficients.bin";
    private static final String OPTIMIZER = "jft/optimizer.f32";
    private static final String STATE = "jft/state.json";
    private static final int CHUNK_FLOATS = 1 << 16;
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private CheckpointFile() {}

    /** Writes the file whole or not at all. */
    public static void write(Path file, Checkpoint checkpoint) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            WholeFile.write(
                    file,
                    channel -> {
                        ZipOutputStream zip =
                                new ZipOutputStream(
                                        new BufferedOutputStream(
                                                Channels.newOutputStream(channel), 1 << 16));
                        zip.setLevel(Deflater.NO_COMPRESSION); // float32 noise does not shrink
                        writeEntries(zip, checkpoint);
                        zip.finish();
                        zip.flush();
                    });
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "%s: the checkpoint could not be written (%s); earlier checkpoints are intact"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static void writeEntries(ZipOutputStream zip, Checkpoint checkpoint)
            throws IOException {
        zip.putNextEntry(new ZipEntry(GRAPH));
        zip.write(withVariables(checkpoint.graph()).toJson().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();

        zip.putNextEntry(new ZipEntry(PARAMETERS));
        FloatBuffer parameters = checkpoint.parameters().duplicate();
        float[] values = new float[parameters.remaining()];
        parameters.get(values);
        try (INDArray row = Nd4j.createFromArray(values).reshape(1, values.length)) {
            DataOutputStream data = new DataOutputStream(new BufferedOutputStream(zip, 1 << 16));
            Nd4j.write(row, data);
            data.flush();
        }
        zip.closeEntry();

        zip.putNextEntry(new ZipEntry(OPTIMIZER));
        writeFloats(zip, checkpoint.optimizerState().duplicate());
        zip.closeEntry();

        zip.putNextEntry(new ZipEntry(STATE));
        zip.write(JSON.writeValueAsBytes(checkpoint.state()));
        zip.closeEntry();
    }

    /**
     * Names each layer's parameters in its configuration, as an initialised graph does: from them
     * alone DL4J's reader tells whether a batch norm stores its variance or the logarithm of it.
     */
    private static ComputationGraphConfiguration withVariables(
            ComputationGraphConfiguration graph) {
        ComputationGraphConfiguration copy = graph.clone();
        for (GraphVertex vertex : copy.getVertices().values()) {
            if (vertex instanceof LayerVertex layerVertex) {
                Layer layer = layerVertex.getLayerConf().getLayer();
                layerVertex.getLayerConf().setVariables(layer.initializer().paramKeys(layer));
            }
        }
        return copy;
    }

    private static void writeFloats(OutputStream out, FloatBuffer values) throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            int count = Math.min(CHUNK_FLOATS, values.remaining());
            chunk.asFloatBuffer().put(values.slice(values.position(), count));
            values.position(values.position() + count);
            out.write(chunk.array(), 0, count * Float.BYTES);
        }
    }

    /**
     * Reads and checks the whole file.
     *
     * @throws CorruptDataException when it is truncated, altered or no checkpoint
     */
    public static Checkpoint read(Path file) {
        ComputationGraphConfiguration graph = null;
        FloatBuffer parameters = null;
        FloatBuffer optimizer = null;
        Checkpoint.State state = null;
        Set<String> seen = new TreeSet<>();
        try (ZipInputStream zip =
                new ZipInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
                seen.add(entry.getName());
                InputStream content = unclosed(zip);
                switch (entry.getName()) {
                    case GRAPH ->
                            graph =
                                    ComputationGraphConfiguration.fromJson(
                                            new String(
                                                    content.readAllBytes(),
                                                    StandardCharsets.UTF_8));
                    case PARAMETERS -> parameters = readArray(content);
                    case OPTIMIZER -> optimizer = readFloats(content);
                    case STATE ->
                            state = JSON.readValue(content.readAllBytes(), Checkpoint.State.class);
                    default -> content.transferTo(OutputStream.nullOutputStream());
                }
                // To the end of the entry: only there does the stream compare the CRC-32.
                content.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) { // of a broken length
            throw notIntact(file, e);
        }
        if (graph == null || parameters == null || optimizer == null || state == null) {
            throw new CorruptDataException(
                    file, "not a whole checkpoint: it holds only the entries %s".formatted(seen));
        }
        return new Checkpoint(graph, parameters, optimizer, state);
    }

    /**
     * Reads the state alone, found by the archive's directory. The parameters are neither read nor
     * checked.
     *
     * @throws CorruptDataException when the file is truncated or no checkpoint, or the state
     *     altered
     */
    public static Checkpoint.State readState(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(STATE);
            if (entry == null) {
                throw new IOException("it has no %s".formatted(STATE));
            }
            byte[] content;
            try (InputStream in = zip.getInputStream(entry)) {
                content = in.readAllBytes();
            }
            CRC32 crc = new CRC32(); // which ZipFile, other than ZipInputStream, does not compare
            crc.update(content);
            if (crc.getValue() != entry.getCrc()) {
                throw new IOException("the CRC of %s is wrong".formatted(STATE));
            }
            return JSON.readValue(content, Checkpoint.State.class);
        } catch (IOException | RuntimeException e) {
            throw notIntact(file, e);
        }
    }

    private static CorruptDataException notIntact(Path file, Throwable e) {
        return new CorruptDataException(
                file, "not an intact checkpoint (%s)".formatted(e.getMessage()), e);
    }

    private static FloatBuffer readArray(InputStream content) throws IOException {
        try (INDArray array = Nd4j.read(new DataInputStream(new BufferedInputStream(content)))) {
            if (array.dataType() != DataType.FLOAT) {
                throw new IOException("parameters are %s, not float".formatted(array.dataType()));
            }
            FloatBuffer values = direct(Math.toIntExact(array.length()));
            return values.put(array.data().asFloat()).flip();
        }
    }

    private static FloatBuffer readFloats(InputStream content) throws IOException {
        FloatBuffer values = direct(0);
        byte[] chunk = new byte[CHUNK_FLOATS * Float.BYTES];
        for (int length; (length = content.readNBytes(chunk, 0, chunk.length)) > 0; ) {
            FloatBuffer more =
                    ByteBuffer.wrap(chunk, 0, length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer();
            if (values.capacity() - values.position() < more.remaining()) {
                int needed = values.position() + more.remaining();
                FloatBuffer larger = direct(Math.max(needed, 2 * values.capacity()));
                values = larger.put(values.flip());
            }
            values.put(more);
        }
        return values.flip();
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static InputStream unclosed(ZipInputStream zip) {
        return new FilterInputStream(zip) {
            @Override
            public void close() {
                // The archive outlives the readers of its entries.
            }
        };
    }
}
