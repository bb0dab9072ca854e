/**
 * Losses and label handling: logits and a batch's sparse labels in, loss and gradient out. Start at
 * {@link org.jft.train.objective.Objective}.
 */
package org.jft.train.objective;
