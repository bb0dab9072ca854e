/**
 * All that the engine asks of CUDA, and nothing more. {@link org.jft.core.engine.cuda.driver.Gpu}
 * has memory, streams, events, graphs and kernels; {@link org.jft.core.engine.cuda.driver.Dnn}
 * turns an {@link org.jft.core.engine.cuda.driver.OperationGraph} into plans; {@link
 * org.jft.core.engine.cuda.driver.Blas} multiplies; {@link
 * org.jft.core.engine.cuda.driver.Compiler} compiles kernels; {@link
 * org.jft.core.engine.cuda.driver.Nccl} joins GPUs that sum together. {@link
 * org.jft.core.engine.cuda.driver.Cuda} finds the libraries, says in one sentence which one is
 * missing, and opens the implementations over the org.bytedeco:cuda bindings ({@code JavaCpp...});
 * tests have recording fakes.
 *
 * <p>A function that the loaded CUDA lacks would end the process, not throw: only functions that
 * all bound versions and CUDA 13.0 have are called, of NCCL those of version 2.4, and a test holds
 * this package to their list.
 */
package org.jft.core.engine.cuda.driver;
