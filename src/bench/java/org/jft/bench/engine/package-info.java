/**
 * One training step: forward, sigmoid cross-entropy, backward; no update. {@link
 * org.jft.bench.engine.EngineBench} builds one {@code Workload} and hands it to two {@code
 * TrainingStep}s: one of our engines, and libtorch or stock DL4J running the very same graph with
 * the same weights. Before anything is timed their losses must agree.
 */
package org.jft.bench.engine;
