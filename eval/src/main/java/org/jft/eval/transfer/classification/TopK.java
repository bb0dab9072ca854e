package org.jft.eval.transfer.classification;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.BitSet;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Top-k accuracy of a multi-label classifier: an image is a hit when any of its k best-scored
 * <em>candidate</em> classes is one of its true labels.
 *
 * <p>Candidates should be the classes without children: with labels filled upward, the root of a
 * taxonomy is true on every image, and a network that only ever says "entity" would score 1. An
 * image none of whose labels is a candidate cannot hit; it is skipped and counted in {@link
 * #skipped}.
 *
 * <p>A class of unknown truth does not compete on that image. Equal scores rank by lower class id.
 * One pass over the candidates per image gives every k up to the deepest. Not thread-safe.
 */
public final class TopK {
    private final int[] candidates; // ascending
    private final BitSet isCandidate;
    private final long[]
            hitsAtRank; // [k]: images whose best true label stands at this 0-based rank
    private long images;
    private long skipped;

    /**
     * @param deepest largest k that will be asked for
     * @param candidates classes that compete, as set bits; copied
     */
    public TopK(int deepest, BitSet candidates) {
        checkArgument(deepest > 0, "k must be positive: %s", deepest);
        checkArgument(!candidates.isEmpty(), "top-k needs at least one candidate class");
        this.candidates = candidates.stream().toArray();
        isCandidate = (BitSet) candidates.clone();
        hitsAtRank = new long[deepest];
    }

    /**
     * Counts one image.
     *
     * @param scores [K], finite
     * @param labels its true classes; may be empty
     */
    public void accept(float[] scores, int[] labels) {
        accept(FloatBuffer.wrap(scores), 0, ImageLabels.of(labels));
    }

    /** Counts the image whose scores start at {@code offset}. */
    void accept(FloatBuffer scores, int offset, ImageLabels labels) {
        checkArgument(
                scores.capacity() - offset > candidates[candidates.length - 1],
                "%s scores, but class %s is a candidate",
                scores.capacity() - offset,
                candidates[candidates.length - 1]);
        int best = -1;
        for (int i = 0; i < labels.size(); i++) {
            int label = labels.id(i);
            if (isCandidate.get(label)
                    && !labels.isUnknown(i)
                    && (best < 0 || precedes(scores, offset, label, best))) {
                best = label;
            }
        }
        images++;
        if (best < 0) {
            skipped++;
            return;
        }
        // The best true label is hit at k exactly when fewer than k candidates stand before it.
        int rank = -unknownBefore(best, scores, offset, labels);
        for (int candidate : candidates) {
            if (precedes(scores, offset, candidate, best) && ++rank == hitsAtRank.length) {
                return;
            }
        }
        hitsAtRank[rank]++;
    }

    private int unknownBefore(int best, FloatBuffer scores, int offset, ImageLabels labels) {
        int count = 0;
        for (int i = 0; i < labels.size(); i++) {
            boolean competes = labels.isUnknown(i) && isCandidate.get(labels.id(i));
            count += competes && precedes(scores, offset, labels.id(i), best) ? 1 : 0;
        }
        return count;
    }

    /** Returns the share of images hit within the k best; skipped images do not count. */
    public double rate(int k) {
        checkArgument(
                0 < k && k <= hitsAtRank.length, "k=%s is not in 1..%s", k, hitsAtRank.length);
        if (images == skipped) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "none of %d held-out images has a label among the %d candidate classes"
                            .formatted(images, candidates.length));
        }
        long hits = 0;
        for (int rank = 0; rank < k; rank++) {
            hits += hitsAtRank[rank];
        }
        return (double) hits / (images - skipped);
    }

    /** Returns the images accepted, skipped ones among them. */
    public long images() {
        return images;
    }

    /** Returns the images without a true label among the candidates. */
    public long skipped() {
        return skipped;
    }

    private static boolean precedes(FloatBuffer scores, int offset, int a, int b) {
        float x = scores.get(offset + a);
        float y = scores.get(offset + b);
        return x > y || (x == y && a < b);
    }
}
