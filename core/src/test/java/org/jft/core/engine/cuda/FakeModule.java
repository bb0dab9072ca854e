package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.KernelModule;

/** Compiled code of the fake: has every kernel by name. */
final class FakeModule implements KernelModule {
    /** A kernel of it. */
    record FakeKernel(String name, FakeModule module) implements Kernel {}

    private final FakeGpu gpu;

    FakeModule(FakeGpu gpu) {
        this.gpu = gpu;
    }

    @Override
    public Kernel kernel(String name) {
        gpu.mayFail("kernel");
        return new FakeKernel(name, this);
    }

    @Override
    public void close() {
        gpu.closed(this);
    }
}
