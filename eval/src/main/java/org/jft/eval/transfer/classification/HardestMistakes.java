package org.jft.eval.transfer.classification;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jft.core.config.TrainConfig.Objective;

/**
 * The images about which a network was most certainly wrong: of those whose best-scored candidate
 * is none of their labels, the ones with the highest score of it. As in top-1, the candidates are
 * the classes without children, and an image without a true candidate does not count: nothing could
 * be right. A class whose truth is unknown is no prediction.
 *
 * <p>Order: higher score first, equal scores by lower row. Memory: {@code count} images. Time: one
 * pass over the candidates of an image. Not thread-safe.
 */
final class HardestMistakes {
    private static final int PREDICTIONS = 3;

    private record Kept(float score, Mistake mistake) {}

    private static final Comparator<Kept> WORST_LAST =
            Comparator.comparingDouble(Kept::score)
                    .reversed()
                    .thenComparingLong(kept -> kept.mistake.row());

    private final int count;
    private final int[] candidates;
    private final BitSet isCandidate;
    private final Objective link;
    private final PriorityQueue<Kept> kept = new PriorityQueue<>(WORST_LAST.reversed());

    /**
     * @param count how many to keep
     * @param link of the scores: logits of a sigmoid, or logarithms of a softmax
     */
    HardestMistakes(int count, BitSet candidates, Objective link) {
        this.count = count;
        this.candidates = candidates.stream().toArray();
        this.isCandidate = (BitSet) candidates.clone();
        this.link = link;
    }

    /**
     * Looks at the image whose scores start at {@code offset}.
     *
     * @param row of the held-out set
     */
    void accept(long row, FloatBuffer scores, int offset, ImageLabels labels) {
        BitSet truth = new BitSet();
        BitSet unknown = new BitSet();
        for (int i = 0; i < labels.size(); i++) {
            (labels.isUnknown(i) ? unknown : truth).set(labels.id(i));
        }
        if (!truth.intersects(isCandidate)) {
            return;
        }
        int[] best = best(scores, offset, unknown);
        float score = scores.get(offset + best[0]);
        boolean beaten = kept.size() == count && score < kept.peek().score;
        if (truth.get(best[0]) || beaten) {
            return;
        }
        List<Mistake.Guess> predictions = new ArrayList<>();
        for (int id : best) {
            if (id >= 0) {
                predictions.add(guess(id, scores.get(offset + id)));
            }
        }
        List<Mistake.Guess> right =
                truth.stream().mapToObj(id -> guess(id, scores.get(offset + id))).toList();
        kept.add(new Kept(score, new Mistake(row, right, predictions)));
        if (kept.size() > count) {
            kept.remove();
        }
    }

    /** Returns the mistakes so far, hardest first. */
    List<Mistake> mistakes() {
        return kept.stream().sorted(WORST_LAST).map(Kept::mistake).toList();
    }

    /** Returns the best-scored candidates, best first; -1 where there are no more. */
    private int[] best(FloatBuffer scores, int offset, BitSet unknown) {
        int[] best = new int[PREDICTIONS];
        Arrays.fill(best, -1);
        for (int candidate : candidates) {
            int at = best.length;
            while (at > 0 && precedes(scores, offset, candidate, best[at - 1])) {
                at--;
            }
            if (at < best.length && !unknown.get(candidate)) {
                System.arraycopy(best, at, best, at + 1, best.length - at - 1);
                best[at] = candidate;
            }
        }
        return best;
    }

    /** Returns whether a class comes before one of lower id, or before none. */
    private static boolean precedes(FloatBuffer scores, int offset, int id, int other) {
        return other < 0 || scores.get(offset + id) > scores.get(offset + other);
    }

    private Mistake.Guess guess(int id, float score) {
        double probability =
                link == Objective.SOFTMAX ? Math.exp(score) : 1 / (1 + Math.exp(-score));
        return new Mistake.Guess(id, probability);
    }
}
