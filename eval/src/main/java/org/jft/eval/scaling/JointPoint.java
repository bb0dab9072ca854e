package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One run on a surface over data and model size.
 *
 * @param examples training images, above 0
 * @param parameters trainable parameters of the model, above 0
 * @param value the score or loss it reached
 */
public record JointPoint(double examples, double parameters, double value) {
    public JointPoint {
        checkArgument(
                examples > 0 && parameters > 0 && Double.isFinite(value),
                "a point needs positive sizes and a finite value: examples=%s parameters=%s value=%s",
                examples,
                parameters,
                value);
    }
}
