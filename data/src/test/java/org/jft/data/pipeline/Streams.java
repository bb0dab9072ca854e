package org.jft.data.pipeline;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jft.core.config.ColorJitterConfig;
import org.jft.core.config.DataConfig;
import org.jft.core.config.ImageConfig;
import org.jft.core.config.LabelConfig;
import org.jft.core.config.LoaderConfig;
import org.jft.core.config.MixConfig;
import org.jft.core.config.RandAugmentConfig;
import org.jft.core.config.Subset;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;

/** Short ways to a loader and to what came out of it. */
final class Streams {
    static final int SIDE = 12;
    static final long SEED = 42;
    static final LabelConfig AS_OBSERVED = new LabelConfig(0, null, false, null, false, null);

    private static final RandAugmentConfig RAND_AUGMENT = new RandAugmentConfig(2, 9.0);
    private static final ColorJitterConfig JITTER = new ColorJitterConfig(0.4, 0.4, 0.4, 0.1);

    private Streams() {}

    /** What one batch held, copied. */
    record Content(long firstPosition, List<Long> rows, List<ByteBuffer> images, String labels) {}

    static DataConfig config(String subset, LabelConfig labels, double maxBadShare) {
        return config(subset, null, labels, maxBadShare);
    }

    /** The same with images mixed. */
    static DataConfig config(MixConfig mix) {
        return config("100%", mix, AS_OBSERVED, 1);
    }

    private static DataConfig config(
            String subset, MixConfig mix, LabelConfig labels, double maxBadShare) {
        return new DataConfig(
                "train",
                null,
                Subset.parse(subset),
                3L,
                null,
                null,
                null,
                null,
                new ImageConfig(SIDE, null, 0, 0.3, true, RAND_AUGMENT, JITTER, null, null),
                mix,
                labels,
                new LoaderConfig(0, 2, 4, 3, maxBadShare),
                null);
    }

    static DataConfig config() {
        return config("100%", AS_OBSERVED, 1);
    }

    static BatchLoader training(
            MemoryStore store,
            DataConfig config,
            Topology at,
            Path folder,
            long firstStep,
            long endStep,
            int threads) {
        TrainingStream stream =
                TrainingStream.of(
                        store, config, new BatchPartition(16, 4, at), Objective.SIGMOID, SEED);
        return BatchLoader.training(
                stream,
                config,
                store.taxonomy(),
                Quarantine.in(folder),
                firstStep,
                endStep,
                threads);
    }

    static List<Content> drain(BatchLoader loader) {
        List<Content> contents = new ArrayList<>();
        try (loader) {
            for (Batch next = loader.next(); next != null; next = loader.next()) {
                try (Batch batch = next) {
                    contents.add(copy(batch));
                }
            }
        }
        return contents;
    }

    private static Content copy(Batch batch) {
        int bytes = SIDE * SIDE * 3;
        List<ByteBuffer> images = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            byte[] image = new byte[bytes];
            batch.pixels().get(i * bytes, image);
            images.add(ByteBuffer.wrap(image));
        }
        return new Content(
                batch.firstPosition(),
                Arrays.stream(batch.rows()).boxed().toList(),
                images,
                Arrays.toString(batch.labelOffsets())
                        + Arrays.toString(batch.labelIds())
                        + Arrays.toString(batch.confidences()));
    }
}
