/**
 * Measures this machine side by side with what a user would pick instead. Start at {@link
 * org.jft.bench.JftBench}; below it one package a bench:
 *
 * <pre>
 *   engine       one training step, against libtorch and stock DL4J
 *   data         decode and crop, against javax.imageio and Graphics2D
 *   collective   the ring over Aeron IPC, against a ring over TCP
 *   scaling      jft-train with N workers, against one worker
 * </pre>
 *
 * All share {@link org.jft.bench.Rounds}: ours and the peer take turns in one run, so that a busy
 * or throttled machine hurts both, and the medians are compared ({@link org.jft.bench.BenchRow}).
 */
package org.jft.bench;
