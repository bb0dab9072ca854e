/**
 * Held-out scores of a multi-label classifier, streamed in bounded memory. Start at {@link
 * org.jft.eval.transfer.classification.ClassificationScorer}; formulas are in {@link
 * org.jft.eval.transfer.classification.MeanAveragePrecision} and {@link
 * org.jft.eval.transfer.classification.TopK}. These take plain arrays and buffers; {@link
 * org.jft.eval.transfer.classification.CheckpointScorer} runs a network into them.
 */
package org.jft.eval.transfer.classification;
