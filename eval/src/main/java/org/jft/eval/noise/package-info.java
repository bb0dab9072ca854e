/**
 * Which labels of a training set a trained network finds wrong, against those that are known to be.
 * Start at {@link org.jft.eval.noise.LabelAudit}.
 */
package org.jft.eval.noise;
