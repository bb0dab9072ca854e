package org.jft.eval.transfer.classification;

import java.util.List;

/**
 * A held-out image whose best-scored class is none of its labels.
 *
 * @param row of the held-out set
 * @param labels what it is, as it is scored: filled upward; ids ascending
 * @param predictions the best-scored classes without children, best first; the first is wrong
 */
public record Mistake(long row, List<Guess> labels, List<Guess> predictions) {
    /** What the network thought of a class: its probability, by the run's sigmoid or softmax. */
    public record Guess(int id, double probability) {}

    public Mistake {
        labels = List.copyOf(labels);
        predictions = List.copyOf(predictions);
    }
}
