/**
 * Grids of runs to scores. A config's {@code eval} section names subsets, seeds and further axes;
 * {@code Grid} makes their combinations {@link org.jft.eval.sweep.SweepPoint}s of {@link
 * org.jft.eval.sweep.Series}; points that train alike share a {@link org.jft.eval.sweep.SweepRun},
 * whose folder is named by a hash of what decides its numbers, the content of its data ({@code
 * DataFacts}) and of what it starts from ({@code Starts}) included; {@link
 * org.jft.eval.sweep.Sweep} trains and scores each, or finds it done; {@link
 * org.jft.eval.sweep.TimeEstimate} says how long the rest will take. Stopped anywhere, the same
 * sweep goes on from there: a run folder resumes by itself, and its scores are beside it.
 */
package org.jft.eval.sweep;
