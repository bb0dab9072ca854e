/**
 * Whole training runs: {@link org.jft.bench.scaling.ScalingBench} runs jft-train again and again
 * with several worker counts, each time as a process of its own, and reads the images a second out
 * of the run's metrics. {@link org.jft.bench.scaling.Forecast} runs nothing: it computes what links
 * between hosts would allow.
 */
package org.jft.bench.scaling;
