/**
 * Pictures to vectors: {@link org.jft.core.embedding.Embedder} runs a trained network up to its
 * head. Knows checkpoints and engines, no data set.
 */
package org.jft.core.embedding;
