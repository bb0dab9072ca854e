package org.jft.train.loop;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.core.model.Architectures;

/**
 * Start parameters from a checkpoint of another run, {@code model.init_from}: the moving average
 * where that run kept one. The head stays as it was drawn when its classes are others: in number,
 * or by the {@code classes.txt} of the other run's folder.
 */
final class InitialParameters {
    private static final String CLASSES = "classes.txt";

    private final Path from;
    private final Path file;

    /**
     * @param from a checkpoint, or the folder of a complete run
     */
    private InitialParameters(Path from) {
        this.from = from;
        this.file = Files.isDirectory(from) ? lastOf(from) : from;
        if (!Files.exists(file)) {
            throw new ConfigException("model.init_from=%s: no such checkpoint".formatted(from));
        }
    }

    private static Path lastOf(Path run) {
        RunFolder folder = new RunFolder(run);
        return folder.readSummary()
                .map(summary -> folder.checkpoints(1).file(summary.path("steps").asLong()))
                .orElseThrow(
                        () ->
                                new ConfigException(
                                        "model.init_from=%s: neither a checkpoint nor the folder of a complete run"
                                                .formatted(run)));
    }

    /** Returns a hash of what the config starts from; empty for a random start. */
    static String fingerprint(RunConfig config) {
        if (config.model().initFrom() == null) {
            return "";
        }
        Path file = new InitialParameters(Path.of(config.model().initFrom())).file;
        try {
            return com.google.common.io.Files.asByteSource(file.toFile())
                    .hash(Hashing.sha256())
                    .toString();
        } catch (IOException e) {
            throw new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * Overwrites drawn parameters, if the config says so.
     *
     * @param classes names of the classes of the network's head
     * @param parameters all of the network's
     * @param optimizerState whose moving average starts as the parameters do
     */
    static void load(
            RunConfig config,
            NetworkSpec network,
            List<String> classes,
            FloatBuffer parameters,
            FloatBuffer optimizerState) {
        if (config.model().initFrom() == null) {
            return;
        }
        InitialParameters initial = new InitialParameters(Path.of(config.model().initFrom()));
        initial.copy(network, classes, parameters.duplicate());
        if (config.train().emaDecay() > 0) {
            int length = parameters.remaining();
            optimizerState.duplicate().put(optimizerState.limit() - length, parameters, 0, length);
        }
    }

    private void copy(NetworkSpec network, List<String> classes, FloatBuffer into) {
        Checkpoint other = CheckpointFile.read(file);
        RunConfig then = ConfigLoader.parse(other.state().config(), file.toString());
        FloatBuffer values = other.deployed(then.train());
        Map<String, Slice> theirs = new HashMap<>();
        GraphLayouts.of(other.graph()).slices().forEach(s -> theirs.put(s.layer() + s.kind(), s));
        boolean sameClasses = sameClasses(classes);
        for (Slice own : GraphLayouts.of(network.graph()).slices()) {
            boolean head = own.layer().equals(Architectures.HEAD);
            Slice source = theirs.get(own.layer() + own.kind());
            boolean fits = source != null && source.shape().equals(own.shape());
            if (head && !(fits && sameClasses)) {
                continue;
            }
            if (!fits) {
                throw new ConfigException(
                        "model.init_from=%s: the checkpoint has %s for %s of layer '%s', the network %s"
                                .formatted(
                                        from,
                                        source == null ? "nothing" : source.shape(),
                                        own.kind(),
                                        own.layer(),
                                        own.shape()));
            }
            into.put(own.offset(), values, source.offset(), own.length());
        }
    }

    /** A checkpoint that lies outside a run's folder is taken by the size of its head. */
    private boolean sameClasses(List<String> classes) {
        Path names = file.toAbsolutePath().getParent().resolveSibling(CLASSES);
        try {
            return !Files.exists(names) || Files.readAllLines(names).equals(classes);
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN, "%s: %s".formatted(names, e.getMessage()), e);
        }
    }
}
