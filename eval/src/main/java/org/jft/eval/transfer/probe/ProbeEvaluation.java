package org.jft.eval.transfer.probe;

import java.util.stream.IntStream;
import org.jft.eval.transfer.classification.ClassificationScorer;
import org.jft.eval.transfer.classification.ClassificationScores;

/** Scores what a probe has learnt on other images, on all cores, a block of images at a time. */
public final class ProbeEvaluation {
    private static final int BLOCK = 1024;

    private ProbeEvaluation() {}

    /**
     * Scores.
     *
     * @param into a scorer over the examples' classes that has seen nothing yet
     */
    public static ClassificationScores score(
            Probe.Scorer learnt, Examples examples, ClassificationScorer into) {
        for (int from = 0; from < examples.size(); from += BLOCK) {
            int first = from;
            int count = Math.min(BLOCK, examples.size() - first);
            float[][] scores = new float[count][];
            IntStream.range(0, count)
                    .parallel()
                    .forEach(i -> scores[i] = learnt.score(examples.features()[first + i]));
            for (int i = 0; i < count; i++) {
                into.accept(first + i, scores[i], examples.labels()[first + i]);
            }
        }
        return into.scores();
    }
}
