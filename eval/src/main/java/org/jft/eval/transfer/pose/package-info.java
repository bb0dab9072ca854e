/**
 * Average precision and recall of detected poses by the similarity of their keypoints, as COCO
 * defines them. Start at {@link org.jft.eval.transfer.pose.PoseScorer}; the similarity is in {@code
 * KeypointSimilarity}, the ranking in {@link org.jft.eval.transfer.detection.CocoAveragePrecision}.
 * Takes records of numbers: knows no model, no engine, no file.
 */
package org.jft.eval.transfer.pose;
