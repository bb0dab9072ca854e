package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.Blas;
import org.jft.core.engine.cuda.driver.Stream;

/** cuBLASLt without cuBLASLt. */
final class FakeBlas implements Blas {
    private final FakeGpu gpu;

    FakeBlas(FakeGpu gpu) {
        this.gpu = gpu;
        gpu.made(this);
    }

    private static final class FakePlan implements Plan {
        private final FakeGpu gpu;
        private final Product product;

        FakePlan(FakeGpu gpu, Product product) {
            this.gpu = gpu;
            this.product = product;
        }

        @Override
        public void close() {
            gpu.closed(this);
        }
    }

    @Override
    public Plan plan(Product product, long workspaceBytes) {
        gpu.mayFail("product");
        return gpu.made(new FakePlan(gpu, product));
    }

    @Override
    public void multiply(Plan plan, long a, long b, long d, long workspace, Stream stream) {
        gpu.mayFail("multiply");
        Product of = ((FakePlan) plan).product;
        gpu.requireInside(a, of.in().bytes((long) of.rows() * of.depth()), "A of a " + of);
        gpu.requireInside(b, of.in().bytes((long) of.depth() * of.columns()), "B of a " + of);
        gpu.requireInside(d, of.out().bytes((long) of.rows() * of.columns()), "D of a " + of);
        if (a % 16 != 0 || b % 16 != 0 || d % 16 != 0) {
            throw new AssertionError("a matrix of a " + of + " is not aligned");
        }
        gpu.enqueue(stream, "blas", of.toString(), 1, () -> HostMath.multiply(of, a, b, d));
    }

    @Override
    public void close() {
        gpu.closed(this);
    }
}
