package org.jft.core.embedding;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.failure.ConfigException;

/**
 * The pooled features of a trained network, on the fastest engine of this machine and all its
 * cores: the moving average of the parameters if the run keeps one. Owns the engine's memory until
 * closed. One thread.
 */
public final class Embedder implements AutoCloseable {
    private final ImageConfig image;
    private final Engine engine;

    private Embedder(ImageConfig image, Engine engine) {
        this.image = image;
        this.engine = engine;
    }

    /**
     * Loads a checkpoint.
     *
     * @param runOrFile a checkpoint, or the folder of a run, whose newest intact one counts
     * @param batchSize largest batch that will be given
     * @throws ConfigException when there is none
     */
    public static Embedder open(Path runOrFile, int batchSize) {
        Checkpoint checkpoint = checkpoint(runOrFile);
        RunConfig config = ConfigLoader.parse(checkpoint.state().config(), runOrFile.toString());
        ImageConfig image = config.data().image();
        NetworkSpec whole = NetworkSpec.ofImages(checkpoint.graph(), image.size());
        EngineConfig options =
                Engines.resolve(EngineConfig.defaults())
                        .withThreads(Runtime.getRuntime().availableProcessors());
        Engine engine =
                Engines.named(options.name()).compile(whole.withoutHead(), batchSize, options);
        copy(
                checkpoint.deployed(config.train()),
                GraphLayouts.of(checkpoint.graph()),
                engine.parameters(),
                engine.layout());
        return new Embedder(image, engine);
    }

    private static Checkpoint checkpoint(Path runOrFile) {
        if (Files.isRegularFile(runOrFile)) {
            return CheckpointFile.read(runOrFile);
        }
        return new CheckpointFolder(runOrFile.resolve("checkpoints"), 1)
                .latest(System.err::println)
                .orElseThrow(
                        () ->
                                new ConfigException(
                                        "%s: neither a checkpoint nor the folder of a run with one"
                                                .formatted(runOrFile)));
    }

    /** Copies the slices that {@code to} has; those of the head stay behind. */
    private static void copy(
            FloatBuffer from, ParameterLayout fromLayout, FloatBuffer to, ParameterLayout layout) {
        for (Slice slice : layout.slices()) {
            Slice same =
                    fromLayout.slices().stream()
                            .filter(s -> s.layer().equals(slice.layer()))
                            .filter(s -> s.kind() == slice.kind())
                            .findFirst()
                            .orElseThrow();
            to.put(slice.offset(), from, same.offset(), slice.length());
        }
    }

    /** Returns how pictures have to be prepared: size and scaling. */
    public ImageConfig image() {
        return image;
    }

    /**
     * Runs the network.
     *
     * @param pixels direct, uint8, [count, size, size, 3], RGB
     * @param count pictures, at most the batch size
     * @return [count, width], valid until the next call
     */
    public FloatBuffer embed(ByteBuffer pixels, int count) {
        return engine.forward(List.of(EngineInput.pixels(pixels, count, image)), Pass.INFERENCE)
                .get(0);
    }

    @Override
    public void close() {
        engine.close();
    }
}
