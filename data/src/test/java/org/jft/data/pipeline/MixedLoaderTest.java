package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.data.pipeline.Streams.config;
import static org.jft.data.pipeline.Streams.drain;
import static org.jft.data.pipeline.Streams.training;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jft.core.config.DataConfig;
import org.jft.core.config.MixConfig;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.Streams.Content;
import org.jft.data.taxonomy.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MixUp and CutMix, from the configuration to the batches. */
class MixedLoaderTest {
    private static final int STEPS = 14; // 16 samples each, in micro batches of 4
    private static final int IMAGE = Streams.SIDE * Streams.SIDE * 3;
    private static final MixConfig BOTH = new MixConfig(0.4, 1);

    private final MemoryStore store = MemoryStore.ofPictures(101);

    @TempDir private Path folder;

    @Test
    void shouldMixAlikeOnAnyThreadsWorkersAndResumes() {
        store.damage(17).damage(60);
        List<Content> whole = read(BOTH, Topology.SOLO, 0, 1);
        assertThat(whole).hasSize(STEPS * 4).isNotEqualTo(read(null, Topology.SOLO, 0, 1));
        assertThat(read(BOTH, Topology.SOLO, 0, 4)).isEqualTo(whole);
        for (int step = 1; step <= STEPS; step++) {
            assertThat(read(BOTH, Topology.SOLO, step, 2))
                    .as("from step %d", step)
                    .isEqualTo(whole.subList(4 * step, whole.size()));
        }
        for (int worldSize : new int[] {2, 4}) {
            List<List<Content>> ranks = new ArrayList<>();
            for (int rank = 0; rank < worldSize; rank++) {
                ranks.add(read(BOTH, new Topology(rank, worldSize), 0, 2));
            }
            int perStep = 4 / worldSize;
            List<Content> together = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                for (List<Content> rank : ranks) {
                    together.addAll(rank.subList(step * perStep, (step + 1) * perStep));
                }
            }
            assertThat(together).isEqualTo(whole);
        }
    }

    /**
     * Whoever mixed it, a MixUp pair keeps the sum of its pixels (to the rounding), and its shares
     * can be read off the labels.
     */
    @Test
    void shouldBlendPixelsByTheSharesOfTheLabels() {
        List<Content> apart = read(null, Topology.SOLO, 0, 2);
        List<Content> mixed = read(new MixConfig(1, 0), Topology.SOLO, 0, 2);
        Set<Integer> partners = new HashSet<>();
        for (int b = 0; b < apart.size(); b++) {
            assertThat(mixed.get(b).rows()).isEqualTo(apart.get(b).rows());
            for (int i = 0; i < 4; i++) {
                int partner = partner(apart.get(b), mixed.get(b), i);
                partners.add(4 * i + partner);
                double[] targets = targets(mixed.get(b), i);
                double share = share(apart.get(b), i, partner, targets);
                if (Double.isNaN(share)) {
                    continue; // both have the same labels
                }
                ByteBuffer own = apart.get(b).images().get(i);
                ByteBuffer other = apart.get(b).images().get(partner);
                for (int k = 0; k < IMAGE; k++) {
                    double expected =
                            share * (own.get(k) & 0xff) + (1 - share) * (other.get(k) & 0xff);
                    int actual = mixed.get(b).images().get(i).get(k) & 0xff;
                    assertThat(Math.abs(actual - expected)).isLessThan(0.51);
                }
            }
        }
        assertThat(partners).hasSize(12); // everyone with everyone
    }

    @Test
    void shouldCutPixelsByTheSharesOfTheLabels() {
        List<Content> apart = read(null, Topology.SOLO, 0, 2);
        List<Content> mixed = read(new MixConfig(0, 1), Topology.SOLO, 0, 2);
        for (int b = 0; b < apart.size(); b++) {
            for (int i = 0; i < 4; i++) {
                int partner = cutPartner(apart.get(b), mixed.get(b), i);
                if (partner < 0) {
                    continue; // an empty box
                }
                ByteBuffer own = apart.get(b).images().get(i);
                ByteBuffer now = mixed.get(b).images().get(i);
                int kept = 0;
                for (int k = 0; k < IMAGE; k++) {
                    kept += now.get(k) == own.get(k) ? 1 : 0;
                }
                double share = share(apart.get(b), i, partner, targets(mixed.get(b), i));
                if (!Double.isNaN(share)) {
                    // A few values are equal by chance, some hundredths are clipped to 0 or 255.
                    assertThat(kept / (double) IMAGE).isBetween(share - 1e-6, share + 0.1);
                }
            }
        }
    }

    @Test
    void shouldScaleTheLabelsOfASoftmaxBeforeTheyAreMixed() {
        for (double[] sums : softmaxSums()) {
            for (double sum : sums) {
                assertThat(Math.abs(sum - 1)).isLessThan(1e-6); // else 1.3
            }
        }
    }

    /** Half a micro batch without labels: a mixed sample of both kinds would sum to less. */
    @Test
    void shouldNotMixASampleWithOneThatHasNoLabelsForASoftmax() {
        store.unlabelled(row -> row % 2 == 0);
        Set<Long> sums = new HashSet<>();
        for (double[] ofBatch : softmaxSums()) {
            for (double sum : ofBatch) {
                sums.add(Math.round(sum * 1e5));
            }
        }
        assertThat(sums).containsExactlyInAnyOrder(0L, 100_000L, 130_000L); // alone: as it was
    }

    /** Returns the sum of the labels of every sample of every batch. */
    private List<double[]> softmaxSums() {
        DataConfig config = config(BOTH);
        BatchPartition partition = new BatchPartition(16, 4, Topology.SOLO);
        TrainingStream stream =
                TrainingStream.of(store, config, partition, Objective.SOFTMAX, Streams.SEED);
        List<double[]> all = new ArrayList<>();
        try (BatchLoader loader =
                BatchLoader.training(
                        stream, config, store.taxonomy(), Quarantine.in(folder), 0, STEPS, 2)) {
            for (Batch next = loader.next(); next != null; next = loader.next()) {
                try (Batch batch = next) {
                    double[] sums = new double[batch.size()];
                    for (int i = 0; i < sums.length; i++) {
                        for (int j = batch.labelOffsets()[i];
                                j < batch.labelOffsets()[i + 1];
                                j++) {
                            sums[i] += batch.confidences()[j];
                        }
                    }
                    all.add(sums);
                }
            }
        }
        return all;
    }

    @Test
    void shouldNotMixABatchThatFailed() {
        store.beforeRead(
                row -> {
                    if (row == 40) {
                        throw new IllegalStateException("the disk is gone");
                    }
                });
        DataConfig config = config(BOTH);
        try (BatchLoader loader = training(store, config, Topology.SOLO, folder, 0, STEPS, 3)) {
            String message = null;
            while (message == null) {
                try {
                    loader.next().close();
                } catch (JftException e) {
                    message = e.getMessage();
                }
            }
            assertThat(message).contains("the disk is gone");
        }
    }

    private List<Content> read(MixConfig mix, Topology at, long firstStep, int threads) {
        return drain(training(store, config(mix), at, folder, firstStep, STEPS, threads));
    }

    /** Returns the place j whose image, mixed with that of i, has the sum both had before. */
    private static int partner(Content apart, Content mixed, int i) {
        for (int j = 0; j < 4; j++) {
            int worst = 0;
            for (int k = 0; k < IMAGE && j != i; k++) {
                int before = sum(apart.images(), i, j, k);
                worst = Math.max(worst, Math.abs(before - sum(mixed.images(), i, j, k)));
            }
            if (j != i && worst <= 1) {
                return j;
            }
        }
        throw new AssertionError("nobody was mixed with " + i);
    }

    private static int sum(List<ByteBuffer> images, int i, int j, int k) {
        return (images.get(i).get(k) & 0xff) + (images.get(j).get(k) & 0xff);
    }

    /** Returns the place whose pixels are where those of i no longer are; -1 if all are there. */
    private static int cutPartner(Content apart, Content mixed, int i) {
        for (int k = 0; k < IMAGE; k++) {
            byte now = mixed.images().get(i).get(k);
            if (now != apart.images().get(i).get(k)) {
                for (int j = 0; j < 4; j++) {
                    if (j != i && everywhere(apart, mixed, i, j)) {
                        return j;
                    }
                }
                throw new AssertionError("foreign pixels in " + i);
            }
        }
        return -1;
    }

    private static boolean everywhere(Content apart, Content mixed, int i, int j) {
        for (int k = 0; k < IMAGE; k++) {
            byte now = mixed.images().get(i).get(k);
            if (now != apart.images().get(i).get(k) && now != apart.images().get(j).get(k)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the confidence of every class, [17]. */
    private static double[] targets(Content content, int i) {
        String[] parts = content.labels().substring(1).split("]\\[|]");
        int[] offsets = Arrays.stream(parts[0].split(", ")).mapToInt(Integer::parseInt).toArray();
        String[] ids = parts[1].split(", ");
        String[] confidences = parts[2].split(", ");
        double[] targets = new double[17];
        for (int k = offsets[i]; k < offsets[i + 1]; k++) {
            targets[Integer.parseInt(ids[k])] = Double.parseDouble(confidences[k]);
        }
        return targets;
    }

    /** Solves targets = share * own + (1 - share) * partner's, and checks it for every class. */
    private double share(Content apart, int i, int partner, double[] targets) {
        double[] own = dense(store.labels(apart.rows().get(i)));
        double[] other = dense(store.labels(apart.rows().get(partner)));
        double share = Double.NaN;
        for (int k = 0; k < 17; k++) {
            if (own[k] != other[k]) {
                share = (targets[k] - other[k]) / (own[k] - other[k]);
            }
        }
        for (int k = 0; k < 17 && !Double.isNaN(share); k++) {
            double expected = share * own[k] + (1 - share) * other[k];
            assertThat(Math.abs(targets[k] - expected)).isLessThan(1e-6);
        }
        return share;
    }

    private static double[] dense(Labels labels) {
        double[] dense = new double[17];
        for (int k = 0; k < labels.size(); k++) {
            dense[labels.ids()[k]] = labels.confidences()[k];
        }
        return dense;
    }
}
