package org.jft.core.engine.cuda;

import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Blas;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;

/** How fast a GPU multiplies matrices: the ceiling of any network. */
final class MatrixMultiply {
    private static final int SIDE = 8192;
    private static final int ROUNDS = 5; // the first ones warm up

    private MatrixMultiply() {}

    /** Returns multiplications and additions a second. */
    static double flops(Device device, Precision precision) {
        Element type =
                switch (precision) {
                    case FP32, TF32 -> Element.FLOAT;
                    case BF16 -> Element.BFLOAT16;
                    case FP16 -> Element.HALF;
                };
        Blas.Product product =
                new Blas.Product(
                        SIDE, SIDE, SIDE, true, false, type, type, precision != Precision.FP32);
        long bytes = type.bytes((long) SIDE * SIDE);
        try (Memory memory =
                        device.gpu()
                                .allocate(
                                        3 * bytes + Compilation.WORKSPACE_BYTES,
                                        "a matrix multiplication");
                Blas.Plan plan = device.blas().plan(product, Compilation.WORKSPACE_BYTES);
                Stream stream = device.gpu().stream();
                Event before = device.gpu().event(true);
                Event after = device.gpu().event(true)) {
            long a = memory.address();
            stream.zero(a, 3 * bytes);
            double best = 0;
            for (int i = 0; i < ROUNDS; i++) {
                stream.record(before);
                device.blas().multiply(plan, a, a + bytes, a + 2 * bytes, a + 3 * bytes, stream);
                stream.record(after);
                after.synchronize();
                double seconds = after.millisSince(before) / 1e3;
                best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / seconds);
            }
            return best;
        }
    }
}
