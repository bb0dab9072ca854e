/**
 * The {@code cuda} engine: a {@link org.jft.core.engine.plan.StepPlan} executed on one GPU. Start
 * at {@link org.jft.core.engine.cuda.CudaEngineFactory}; core/CUDA.md is its page.
 *
 * <p>{@code Compilation} turns every task of a plan into {@code Step}s over {@code Place}s:
 * launches of our kernels ({@code Launch}), graphs of cuDNN ({@code DnnStep}), products of cuBLASLt
 * ({@code Product}). It needs no GPU and allocates nothing. {@code Execution} adds the memory, lets
 * a {@code Device} find the code of each step, and replays what it has captured. {@code
 * LinearKernels}, {@code NormKernels}, {@code GroupNormKernels}, {@code ElementKernels}, {@code
 * PoolKernels} and {@code TransferKernels} say how each task is done; where there are several ways,
 * {@code Alternatives} times them, {@code NormWays} over a batch norm and the convolution in front;
 * {@code Choices} keeps what was fastest, as it does for {@code PlanChooser}; {@code
 * CudaDeviceStep} keeps a whole training step on the device. All that is asked of CUDA itself is in
 * {@link org.jft.core.engine.cuda.driver}.
 */
package org.jft.core.engine.cuda;
