/**
 * The {@code onednn} engine: a {@link org.jft.core.engine.plan.StepPlan} executed on a CPU by
 * oneDNN, driven through its C interface. Start at {@link
 * org.jft.core.engine.onednn.OneDnnEngineFactory}.
 *
 * <p>{@code Compilation} turns every task of a plan into a {@code Kernel}, a few primitives with
 * their arguments, and learns from oneDNN how large each tensor is; it allocates nothing. {@code
 * Execution} adds the memory: one arena, addresses in every argument, and then runs kernel after
 * kernel without creating anything. {@code LinearKernels}, {@code NormKernels}, {@code
 * ElementKernels}, {@code PoolKernels} and {@code TransferKernels} say how each task is done.
 * {@code Dnnl} owns all native handles.
 */
package org.jft.core.engine.onednn;
