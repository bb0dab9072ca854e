package org.jft.eval.transfer.feature;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jft.core.cli.ProgressLine;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.DataConfig;
import org.jft.core.embedding.Embedder;
import org.jft.core.failure.ConfigException;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;

/**
 * Features by what they are of: the network's parameters, the data set's content, the rows, and how
 * pixels and labels are prepared. A file each below a folder.
 */
public final class FeatureCache {
    private final Path folder;
    private final int batch;

    /**
     * Describes.
     *
     * @param folder where the files are, and the report on unreadable images
     * @param batch images of one forward pass
     */
    public FeatureCache(Path folder, int batch) {
        this.folder = folder;
        this.batch = batch;
    }

    /**
     * The images whose features are wanted.
     *
     * @param name in the file's name
     * @param rows which of the data set's
     * @param config how pixels and labels are prepared
     * @param preferClean whether labels are the clean ones, where there are any
     */
    public record Images(
            String name,
            DataSet data,
            LongPredicate rows,
            DataConfig config,
            boolean preferClean) {}

    /** Returns what decides the features: equal keys, equal features. */
    public static String key(String network, Images images) {
        ObjectNode tree = ConfigLoader.toTree(images.config.image());
        tree.put("network", network);
        tree.put("data", images.data.fingerprint());
        Hasher rows = Hashing.sha256().newHasher();
        rows(images).forEach(rows::putLong);
        tree.put("rows", rows.hash().toString());
        tree.put("fill_upward", images.config.labels().fillUpward());
        tree.put("clean", images.preferClean);
        return tree.toString();
    }

    private static LongStream rows(Images images) {
        return LongStream.range(0, images.data.rowCount())
                .filter(row -> images.rows.test(row) && !images.data.dropped(row));
    }

    private static String hash(String text) {
        return Hashing.sha256()
                .hashString(text, StandardCharsets.UTF_8)
                .toString()
                .substring(0, 16);
    }

    /**
     * Reads or computes features.
     *
     * @param network what tells its parameters apart
     * @param embedder opens the network if it is needed
     */
    public Features get(String network, Images images, Supplier<Embedder> embedder) {
        String key = key(network, images);
        FeatureFile file =
                new FeatureFile(folder.resolve("%s-%s.features".formatted(images.name, hash(key))));
        return file.read(key)
                .orElseGet(
                        () -> {
                            Features computed;
                            try (Embedder open = embedder.get()) {
                                computed = compute(images, open);
                            }
                            file.write(key, computed);
                            return computed;
                        });
    }

    private Features compute(Images images, Embedder embedder) {
        long count = rows(images).count();
        EvaluationStream stream =
                EvaluationStream.of(images.data, batch, images.preferClean).only(images.rows);
        FeatureCollector collected = new FeatureCollector(embedder, batch);
        try (BatchLoader batches =
                        BatchLoader.evaluation(
                                stream,
                                images.config,
                                images.data.taxonomy(),
                                Quarantine.in(folder),
                                Runtime.getRuntime().availableProcessors());
                ProgressLine progress =
                        ProgressLine.start(
                                "features " + images.name, count, "images", System.nanoTime())) {
            for (Batch next; (next = batches.next()) != null; ) {
                try (Batch open = next) {
                    collected.add(open);
                }
                checkFits(images, count, collected.width());
                progress.update(collected.size(), System.nanoTime());
            }
        }
        if (collected.size() == 0) {
            throw new ConfigException(
                    "%s: none of the images can be read".formatted(images.data.location()));
        }
        return collected.finish(images.data.classCount());
    }

    /** Probes standardize a copy in double precision: three times the features themselves. */
    private static void checkFits(Images images, long count, int width) {
        long needed = 3 * Float.BYTES * count * width;
        long heap = Runtime.getRuntime().maxMemory();
        if (needed > heap) {
            throw new ConfigException(
                    "%s: %,d features of %,d images need %,d MB, and this JVM has %,d: lower train_images, or set JFT_JAVA_OPTS=-Xmx"
                            .formatted(images.name, width, count, needed >> 20, heap >> 20));
        }
    }
}
