package org.jft.eval.scaling;

import java.util.List;
import java.util.Optional;

/**
 * One law on one curve: the fit, how sure it is, and what it predicts.
 *
 * @param law name of the law
 * @param fit empty when the curve cannot be fitted; {@code note} says why
 * @param intervals empty when nothing can be resampled; {@code note} says why
 * @param predictions empty without a fit
 * @param need data that the target takes; empty without a fit or a target
 * @param note what a reader must know before using the numbers; else empty
 */
public record FittedLaw(
        String law,
        Optional<Fit> fit,
        Optional<Intervals> intervals,
        List<Prediction> predictions,
        Optional<DataNeed> need,
        String note) {
    public FittedLaw {
        predictions = List.copyOf(predictions);
    }
}
