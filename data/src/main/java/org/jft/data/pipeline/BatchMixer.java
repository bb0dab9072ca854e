package org.jft.data.pipeline;

import org.jft.core.config.MixConfig;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.data.image.PairMixer;
import org.jft.data.image.SampleRandom;
import org.jft.data.taxonomy.Labels;

/**
 * Mixes the samples of a full micro batch in pairs, pixels and labels, in place. The pairs are
 * those of a random order of the batch, so partners are uniform and an odd sample stays as it is. A
 * function of (seed, first position), hence the same for any threads, workers and resumes:
 *
 * <pre>
 *   order:          draws 0..n-1 of (seed, -1, first position)
 *   pair p's mix:   draws of        (seed, -2, first position + 2 p)
 * </pre>
 *
 * where -1 and -2 stand in the place of an epoch. One thread at a time.
 */
final class BatchMixer implements AutoCloseable {
    private static final long ORDER = -1;
    private static final long PAIRS = -2;

    private final MixConfig config;
    private final int side;
    private final long seed;
    private final boolean scaleLabels;
    private final PairMixer pixels;
    private final int[] order;

    /**
     * @param side of the square images, pixels
     * @param objective what the labels are for: those of a softmax count by their share of the
     *     sample's, so they are scaled to sum to 1 before they are mixed
     */
    BatchMixer(MixConfig config, int side, int microBatch, Objective objective, long seed) {
        this.config = config;
        this.side = side;
        this.seed = seed;
        this.scaleLabels = objective == Objective.SOFTMAX;
        this.pixels = new PairMixer(side);
        this.order = new int[microBatch];
    }

    /** Mixes all samples of a batch; none is missing. */
    void mix(Slot slot) {
        shuffle(slot.firstPosition());
        for (int i = 0; i + 1 < order.length; i += 2) {
            SampleRandom random = SampleRandom.of(seed, PAIRS, slot.firstPosition() + i);
            mix(slot, order[i], order[i + 1], Mix.draw(config, side, random));
        }
    }

    @Override
    public void close() {
        pixels.close();
    }

    private void shuffle(long firstPosition) {
        SampleRandom random = SampleRandom.of(seed, ORDER, firstPosition);
        for (int i = 0; i < order.length; i++) {
            int from = random.below(i, i + 1);
            order[i] = order[from];
            order[from] = i;
        }
    }

    private void mix(Slot slot, int first, int second, Mix mix) {
        Labels firsts = labels(slot, first);
        Labels seconds = labels(slot, second);
        if (scaleLabels && (firsts.size() == 0) != (seconds.size() == 0)) {
            return; // a softmax has no target for the share of an image without labels
        }
        if (mix.cut()) {
            pixels.swap(
                    slot.pixels, first, second, mix.left(), mix.top(), mix.right(), mix.bottom());
        } else {
            pixels.blend(slot.pixels, first, second, mix.share());
        }
        slot.relabel(first, Labels.mixed(firsts, mix.share(), seconds));
        slot.relabel(second, Labels.mixed(seconds, mix.share(), firsts));
    }

    private Labels labels(Slot slot, int place) {
        Labels labels = slot.labels(place);
        return scaleLabels ? labels.scaledToOne() : labels;
    }
}
