package org.jft.core.embedding;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.Pass;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.jft.core.transfer.Backbone;

/**
 * The pooled features of a network, on the fastest engine of this machine and all its cores. Owns
 * the engine's memory until closed. One thread.
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
        Backbone backbone = Backbone.open(runOrFile);
        return of(backbone, backbone.config().data().image(), batchSize);
    }

    /**
     * Compiles a trained network.
     *
     * @param image of the pictures to come; their size need not be that of training
     * @param batchSize largest batch that will be given
     */
    public static Embedder of(Backbone backbone, ImageConfig image, int batchSize) {
        Embedder embedder = compile(backbone.features(image.size()), image, batchSize);
        backbone.copyInto(embedder.engine.parameters(), embedder.engine.layout());
        return embedder;
    }

    /**
     * Compiles a network as it is before training.
     *
     * @param seed of its weights
     * @param batchSize largest batch that will be given
     */
    public static Embedder untrained(
            ModelConfig model, ImageConfig image, long seed, int batchSize) {
        int size = image.size();
        NetworkSpec whole = NetworkSpec.ofImages(Architectures.create(model, 1, size, seed), size);
        return compile(whole.withoutHead(), image, batchSize);
    }

    private static Embedder compile(NetworkSpec features, ImageConfig image, int batchSize) {
        EngineConfig options =
                Engines.resolve(EngineConfig.defaults())
                        .withThreads(Runtime.getRuntime().availableProcessors());
        Engine engine = Engines.named(options.name()).compile(features, batchSize, options);
        return new Embedder(image, engine);
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
