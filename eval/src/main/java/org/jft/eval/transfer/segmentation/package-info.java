/**
 * Intersection over union of predicted pixels, as Pascal VOC defines it. Start at {@link
 * org.jft.eval.transfer.segmentation.SegmentationScorer}. Takes plain label maps: knows no model,
 * no engine, no file.
 */
package org.jft.eval.transfer.segmentation;
