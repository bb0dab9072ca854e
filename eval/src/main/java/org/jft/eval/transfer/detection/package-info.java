/**
 * Average precision and recall of detected boxes, as COCO and Pascal VOC define them. Start at
 * {@link org.jft.eval.transfer.detection.DetectionScorer}; the definitions are in {@link
 * org.jft.eval.transfer.detection.CocoAveragePrecision}, which also ranks poses, and in {@code
 * VocAveragePrecision}; both keep what they saw in a {@code Ranking} a class. Takes records of
 * numbers: knows no model, no engine, no file.
 */
package org.jft.eval.transfer.detection;
