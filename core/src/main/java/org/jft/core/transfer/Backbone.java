package org.jft.core.transfer;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;

/**
 * A trained network without its head: the moving average of the parameters if its run keeps one.
 * Holds the checkpoint in memory, twice the parameters or three times. Not to be written to.
 */
public final class Backbone {
    private final Path source;
    private final Checkpoint checkpoint;
    private final RunConfig config;
    private final ParameterLayout layout;
    private final FloatBuffer parameters;
    private String sha256; // once asked for

    private Backbone(Path source, Checkpoint checkpoint) {
        this.source = source;
        this.checkpoint = checkpoint;
        config = ConfigLoader.parse(checkpoint.state().config(), source.toString());
        layout = GraphLayouts.of(checkpoint.graph());
        parameters = checkpoint.deployed(config.train());
    }

    /**
     * Reads a checkpoint.
     *
     * @param runOrFile a checkpoint, or the folder of a run, whose newest intact one counts
     * @throws ConfigException when there is none
     */
    public static Backbone open(Path runOrFile) {
        if (Files.isRegularFile(runOrFile)) {
            return new Backbone(runOrFile, CheckpointFile.read(runOrFile));
        }
        CheckpointFolder checkpoints = new CheckpointFolder(runOrFile.resolve("checkpoints"), 1);
        Checkpoint newest =
                checkpoints
                        .latest(System.err::println)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                "%s: neither a checkpoint nor the folder of a run with one"
                                                        .formatted(runOrFile)));
        return new Backbone(checkpoints.file(newest.state().step()), newest);
    }

    /** Returns the checkpoint's file. */
    public Path source() {
        return source;
    }

    /** Returns the config of the run that trained it. */
    public RunConfig config() {
        return config;
    }

    /** Returns the steps it was trained. */
    public long step() {
        return checkpoint.state().step();
    }

    /**
     * Returns the network up to its pooled features, [N, width].
     *
     * @param imageSize side of the square input, pixels; the weights do not depend on it
     */
    public NetworkSpec features(int imageSize) {
        return NetworkSpec.ofImages(checkpoint.graph(), imageSize).withoutHead();
    }

    /**
     * Overwrites parameters by those of the same layers here, running statistics among them; a head
     * keeps its own.
     *
     * @param into flat, such as an engine's
     * @throws ConfigException naming a layer of the layout that is not here, or not of that shape
     */
    public void copyInto(FloatBuffer into, ParameterLayout intoLayout) {
        for (Slice slice : intoLayout.slices()) {
            if (!slice.layer().equals(Architectures.HEAD)) {
                Slice same = find(slice);
                into.put(slice.offset(), parameters, same.offset(), slice.length());
            }
        }
    }

    private Slice find(Slice wanted) {
        Optional<Slice> found =
                layout.slices().stream()
                        .filter(s -> s.layer().equals(wanted.layer()) && s.kind() == wanted.kind())
                        .findFirst();
        if (found.isEmpty() || !found.get().shape().equals(wanted.shape())) {
            throw new ConfigException(
                    "%s cannot start this network: its layer '%s' has %s %s, there it has %s"
                            .formatted(
                                    source,
                                    wanted.layer(),
                                    wanted.kind().name().toLowerCase(),
                                    wanted.shape(),
                                    found.map(s -> s.shape().toString()).orElse("none")));
        }
        return found.get();
    }

    /** Returns the SHA-256 of the parameters, head included, in hex. */
    public String sha256() {
        if (sha256 == null) {
            Hasher hasher = Hashing.sha256().newHasher();
            for (int i = 0; i < parameters.remaining(); i++) {
                hasher.putInt(Float.floatToRawIntBits(parameters.get(i)));
            }
            sha256 = hasher.hash().toString();
        }
        return sha256;
    }
}
