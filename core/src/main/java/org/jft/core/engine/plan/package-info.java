/**
 * A {@link org.jft.core.engine.program.Program} turned into one training step or one inference, for
 * a fixed number of rows: what to compute in which order and where the results live. Free of any
 * backend.
 *
 * <p>{@link org.jft.core.engine.plan.Fusion} finds {@link org.jft.core.engine.plan.Group}s of nodes
 * that run as one; {@link org.jft.core.engine.plan.StepPlan} lists the {@link
 * org.jft.core.engine.plan.Task}s, forward and then backward, over {@link
 * org.jft.core.engine.plan.Tensor}s; {@link org.jft.core.engine.plan.Arena} gives each tensor its
 * place in one block of memory, from when it is first written and last read. A backend compiles
 * each task and says how many bytes each tensor takes.
 */
package org.jft.core.engine.plan;
