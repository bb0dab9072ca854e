/**
 * Subsets to runs to scores: {@link org.jft.eval.sweep.Sweep} trains one run per subset and seed or
 * finds it done, scores each on the held-out set, and hands the points to the fits and the report.
 * Stopped anywhere, the same sweep goes on from there: a point is a run folder, which resumes by
 * itself, and its {@code score.json}.
 */
package org.jft.eval.sweep;
