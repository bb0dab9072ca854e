/**
 * Batches, decoded ahead. Start at {@link org.jft.data.pipeline.BatchLoader}; {@link
 * org.jft.data.pipeline.TrainingStream} and {@link org.jft.data.pipeline.EvaluationStream} say what
 * it reads. Decoding threads fill the places of a few preallocated {@code Slot}s in any order;
 * batches come out in order. {@code SampleReader} is what one thread does for one place, {@code
 * BatchMixer} what MixUp and CutMix do to a full slot; bad images go to the {@link
 * org.jft.data.pipeline.Quarantine}.
 */
package org.jft.data.pipeline;
