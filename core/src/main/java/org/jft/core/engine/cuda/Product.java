package org.jft.core.engine.cuda;

import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.driver.Blas;

/** A product of matrices in cuBLASLt. */
record Product(Blas.Product product, Place a, Place b, Place to) implements Step {
    private static final Place WORKSPACE = Place.in(Place.Region.WORKSPACE, 0);

    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        Blas.Plan plan = device.own(device.blas().plan(product, Compilation.WORKSPACE_BYTES));
        long left = addresses.applyAsLong(a);
        long right = addresses.applyAsLong(b);
        long result = addresses.applyAsLong(to);
        long workspace = addresses.applyAsLong(WORKSPACE);
        Work work = stream -> device.blas().multiply(plan, left, right, result, workspace, stream);
        return work.named("cuBLASLt");
    }
}
