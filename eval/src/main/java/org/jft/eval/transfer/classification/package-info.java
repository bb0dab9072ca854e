/**
 * Held-out scores of a multi-label classifier, streamed in bounded memory. Start at {@link
 * org.jft.eval.transfer.classification.ClassificationScorer}; formulas are in {@link
 * org.jft.eval.transfer.classification.MeanAveragePrecision} and {@link
 * org.jft.eval.transfer.classification.TopK}. Takes plain arrays and buffers: knows no model, no
 * engine, no file.
 */
package org.jft.eval.transfer.classification;
