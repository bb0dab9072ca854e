/**
 * Near-duplicates between a training set and evaluation sets. {@link
 * org.jft.data.dedup.Deduplicator} is the whole of it: a {@code PerceptualHash} of every picture,
 * kept in a {@code HashFile} and looked up in a {@code HammingIndex} of the evaluation pictures,
 * and its key in a {@code KeyIndex}; then, with a trained network, features compared by a {@code
 * CosineIndex}. {@link org.jft.data.dedup.Findings} is what was found, {@link
 * org.jft.data.dedup.FindingsFiles} its files.
 */
package org.jft.data.dedup;
