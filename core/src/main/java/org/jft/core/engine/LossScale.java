package org.jft.core.engine;

/**
 * What keeps small gradients from vanishing in float16 (Micikevicius et al. 2018, "Mixed Precision
 * Training", section 3.2). Part of a run's state: it changes with the steps.
 *
 * @param factor on the loss; gradients are divided by it before they are used
 * @param goodSteps steps since it last changed
 */
public record LossScale(float factor, int goodSteps) {}
