/**
 * Whole training steps: uint8 pixels, forward, sigmoid cross-entropy, backward, SGD with momentum.
 * {@link org.jft.bench.engine.EngineBench} decides who is compared with whom ({@code Comparison}),
 * starts a {@code StepProcess} for each {@code Competitor} ({@code Lineup}) and gives them turns:
 *
 * <pre>
 *   EngineBench            StepProcess  --- lines --->  StepWorker, a JVM of its own
 *     Lineup                 "3.0"                        TrainingStep: EngineStep,
 *     Comparison             Turn as JSON                   LibtorchStep, StockDl4jStep
 * </pre>
 *
 * <p>All start from the same {@code StartWeights} and train on the same {@code Workload}; before
 * anything is timed, the losses of their first steps must agree.
 */
package org.jft.bench.engine;
