package org.jft.train.loop;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.DataConfig;
import org.jft.core.config.ModelConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.transfer.Backbone;

/**
 * Where a run goes on. With the seed, the step fixes every sample and every random draw to come, so
 * a resumed run ends with the same bits as one that was never stopped.
 *
 * @param step steps already done
 * @param samples that these steps have taken: the position in the data
 * @param wallSeconds training time already spent
 * @param loss of the last step done
 */
record Resume(long step, long samples, double wallSeconds, double loss) {
    /** Keys under data whose files are known by what is in them, and the way to a store. */
    private static final List<String> PLACES =
            List.of("train", "test", "classes", "images_of", "drop_train", "drop_test", "store");

    /**
     * Keys that are younger than runs to be told again by {@link #identity}, each with the value by
     * which a run is what it was before there was such a key.
     */
    private static final Map<String, String> AS_BEFORE =
            Map.of(
                    "/model/norm", ModelConfig.Norm.BATCH.name(),
                    "/model/weight_standardization", "false",
                    "/model/preactivation", "false",
                    "/model/sync_batch_norm", "false",
                    "/train/optimizer/head_weight_decay", "null",
                    "/train/optimizer/trust_coefficient", "0.001",
                    "/train/schedule/timescale", "null",
                    "/train/schedule/cooldown_share", "0.0");

    private static final String ANOTHER_FOLDER =
            "use another --out, or remove the folder to start over";
    private static final String NO_BRANCH =
            "leave out train.cadence.branch_from, or name a run that differs in train.epochs, train.steps and train.schedule alone";

    static final Resume FROM_SCRATCH = new Resume(0, 0, 0, Double.NaN);

    /**
     * Loads the newest checkpoint, if any, into the model: the run's own, else that of a run it is
     * to branch off from. Without one the model begins with the layers of {@code model.init_from},
     * which are read nowhere else: a run that has a checkpoint does not need them any more.
     *
     * @param samples of an epoch
     */
    static Optional<Resume> load(
            RunConfig config,
            String dataFingerprint,
            CheckpointFolder checkpoints,
            long samples,
            TrainedModel model) {
        Optional<Checkpoint> newest = checkpoints.latest(Resume::warn);
        if (newest.isPresent()) {
            Checkpoint.State state = newest.get().state();
            requireSame(
                    config, dataFingerprint, state, checkpoints, Resume::deciding, ANOTHER_FOLDER);
            Resume resume = take(newest.get(), checkpoints, model);
            checkpoints.removeAhead(state.step());
            return Optional.of(resume);
        }
        String branch = config.train().cadence().branchFrom();
        if (branch != null) {
            CheckpointFolder others = new RunFolder(Path.of(branch)).checkpoints(1);
            Optional<Checkpoint> common = branch(config, dataFingerprint, others, samples);
            if (common.isPresent()) {
                return Optional.of(take(common.get(), others, model));
            }
        }
        start(config, model);
        return Optional.empty();
    }

    private static void start(RunConfig config, TrainedModel model) {
        String from = config.model().initFrom();
        if (from == null) {
            return;
        }
        FloatBuffer parameters = model.parameters();
        Backbone.open(Path.of(from)).copyInto(parameters, model.layout());
        if (config.train().emaDecay() > 0) {
            FloatBuffer state = model.optimizerState(); // ends with the average, which starts anew
            int length = model.layout().length();
            state.put(state.limit() - length, parameters, 0, length);
        }
    }

    /** Returns the newest checkpoint of another run up to which it was this one. */
    private static Optional<Checkpoint> branch(
            RunConfig config, String dataFingerprint, CheckpointFolder others, long samples) {
        Optional<Checkpoint.State> newest = others.latestState(later -> {}); // told of below
        if (newest.isEmpty()) {
            throw new ConfigException(
                    "train.cadence.branch_from=%s has no checkpoint"
                            .formatted(config.train().cadence().branchFrom()));
        }
        Checkpoint.State state = newest.get();
        requireSame(config, dataFingerprint, state, others, Stem::of, NO_BRANCH);
        RunConfig then = ConfigLoader.parse(state.config(), others.file(state.step()).toString());
        long common =
                Stem.commonSteps(
                        config.train(),
                        config.train().stepCount(samples),
                        then.train(),
                        then.train().stepCount(samples));
        Optional<Checkpoint> last =
                Stem.lastCheckpoint(others, common, config.train().globalBatch(), Resume::warn);
        if (last.isEmpty()) {
            warn(
                    "%s has no intact checkpoint of its first %s steps, which this run has in common with it; starting over"
                            .formatted(config.train().cadence().branchFrom(), common));
        }
        return last;
    }

    private static Resume take(Checkpoint from, CheckpointFolder folder, TrainedModel model) {
        Checkpoint.State state = from.state();
        copy(from.parameters(), model.parameters(), folder, state);
        copy(from.optimizerState(), model.optimizerState(), folder, state);
        if (state.lossScale() != null) {
            model.keep(state.lossScale());
        }
        return new Resume(state.step(), state.samples(), state.wallSeconds(), state.loss());
    }

    static void warn(String sentence) {
        System.err.println("warning: " + sentence);
    }

    private static void copy(
            FloatBuffer from, FloatBuffer to, CheckpointFolder folder, Checkpoint.State state) {
        if (from.remaining() != to.remaining()) {
            throw new CorruptDataException(
                    folder.file(state.step()),
                    "holds %s values where this run needs %s"
                            .formatted(from.remaining(), to.remaining()));
        }
        to.put(from.duplicate());
    }

    private static void requireSame(
            RunConfig config,
            String dataFingerprint,
            Checkpoint.State state,
            CheckpointFolder folder,
            Function<RunConfig, ObjectNode> part,
            String wayOut) {
        RunConfig then = ConfigLoader.parse(state.config(), folder.file(state.step()).toString());
        List<String> differences = new ArrayList<>();
        compare("", part.apply(then), part.apply(config), differences);
        if (!differences.isEmpty()) {
            throw new ConfigException(
                    "%s was written by a run with another config (%s); %s"
                            .formatted(
                                    folder.file(state.step()),
                                    String.join(", ", differences),
                                    wayOut));
        }
        if (!state.dataFingerprint().equals(dataFingerprint)) {
            throw new ConfigException(
                    "%s was trained on another content of %s%s; %s"
                            .formatted(
                                    folder.file(state.step()),
                                    config.data().train(),
                                    otherLists(then.data(), config.data()),
                                    wayOut));
        }
    }

    /** Names the files besides the data set whose content its fingerprint tells apart. */
    private static String otherLists(DataConfig then, DataConfig now) {
        boolean classes = then.classes() != null || now.classes() != null;
        boolean images = then.imagesOf() != null || now.imagesOf() != null;
        boolean dropped = then.dropTrain() != null || now.dropTrain() != null;
        return (classes ? " or other data.classes" : "")
                + (images ? " or another data.images_of" : "")
                + (dropped ? " or another data.drop_train" : "");
    }

    /** Returns whether two configs compute the same. */
    static boolean sameRun(RunConfig a, RunConfig b) {
        return deciding(a).equals(deciding(b));
    }

    /**
     * Returns a short hash of what all ranks must do alike, for them to compare before they start:
     * what decides the numbers, and by what they are summed.
     */
    static String fingerprint(RunConfig config) {
        ObjectNode tree =
                deciding(config)
                        .put("engine_name", config.engine().name())
                        .put("nccl", config.engine().nccl())
                        .put("shard_classes", config.cluster().shardClasses())
                        .put("on_change", config.cluster().elastic().onChange().name());
        return Hashing.sha256()
                .hashString(tree.toString(), StandardCharsets.UTF_8)
                .toString()
                .substring(0, 16);
    }

    /**
     * Returns a hash of what decides the numbers.
     *
     * @param inputs tells the content of the files that the config names
     */
    static String identity(RunConfig config, String inputs) {
        String all = deciding(config).put("inputs", inputs).toString();
        return Hashing.sha256().hashString(all, StandardCharsets.UTF_8).toString();
    }

    /**
     * Returns what decides the numbers: not the name, the workers (but how many a batch norm is
     * over), the cadence, the evaluation, the way to a store, of the engine only its precision.
     * Data set, classes and dropped images are told by the fingerprint of what is in them, not by
     * the names of their files. A key that came later is there only where it says something else
     * than was so before.
     */
    static ObjectNode deciding(RunConfig config) {
        ObjectNode tree = ConfigLoader.toTree(config);
        tree.remove(List.of("name", "cluster", "eval"));
        ((ObjectNode) tree.get("engine")).retain("precision");
        ((ObjectNode) tree.get("data")).remove(PLACES);
        ObjectNode train = (ObjectNode) tree.get("train");
        train.remove("cadence");
        train.set("optimizer", ConfigLoader.toTree(config.train().optimizer().resolved()));
        ObjectNode loader = (ObjectNode) tree.get("data").get("loader");
        loader.remove(List.of("threads", "prefetch", "max_bad_share"));
        AS_BEFORE.forEach(
                (path, value) -> {
                    JsonPointer key = JsonPointer.compile(path);
                    if (tree.at(key).asText().equals(value)) {
                        ObjectNode parent = (ObjectNode) tree.at(key.head());
                        parent.remove(key.last().getMatchingProperty());
                    }
                });
        if (config.model().syncBatchNorm()) {
            tree.putObject("cluster").put("workers", config.cluster().workers());
        }
        return tree;
    }

    private static void compare(String path, JsonNode then, JsonNode now, List<String> into) {
        if (then instanceof ObjectNode && now instanceof ObjectNode) {
            TreeSet<String> keys = new TreeSet<>();
            for (JsonNode tree : List.of(then, now)) {
                for (Iterator<String> names = tree.fieldNames(); names.hasNext(); ) {
                    keys.add(names.next());
                }
            }
            for (String key : keys) {
                compare(
                        path.isEmpty() ? key : path + "." + key,
                        then.path(key),
                        now.path(key),
                        into);
            }
        } else if (!then.equals(now)) {
            into.add("%s was %s, now %s".formatted(path, shown(then), shown(now)));
        }
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "not given" : value.toString();
    }
}
