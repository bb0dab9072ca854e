package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.config.EngineConfig.Precision;

/** How fast this machine multiplies matrices: the ceiling of any network. */
final class MatrixMultiply {
    private static final int SIDE = 2048;
    private static final int ROUNDS = 5; // the first ones warm up

    private MatrixMultiply() {}

    /** Returns multiplications and additions a second. */
    static double flops(Precision precision) {
        int type = precision == Precision.BF16 ? dnnl_bf16 : dnnl_f32;
        long bytes = (long) Float.BYTES * SIDE * SIDE;
        try (Dnnl owner = new Dnnl();
                Block memory = Block.zeros(3 * bytes)) {
            dnnl_memory_desc plain = owner.describe(type, dnnl_ab, SIDE, SIDE);
            dnnl_memory_desc any = owner.describe(type, dnnl_format_tag_any, SIDE, SIDE);
            dnnl_primitive_desc description = new dnnl_primitive_desc();
            Dnnl.check(
                    dnnl.dnnl_matmul_primitive_desc_create(
                            description, owner.engine(), plain, any, null, plain, null),
                    "matrix multiplication in " + precision);
            owner.own(description, dnnl::dnnl_primitive_desc_destroy);
            Operation operation =
                    new Operation(owner, description)
                            .with(DNNL_ARG_SRC, plain, Place.scratch(0))
                            .with(
                                    DNNL_ARG_WEIGHTS,
                                    KernelBuilder.query(description, dnnl_query_weights_md),
                                    Place.scratch(bytes))
                            .with(DNNL_ARG_DST, plain, Place.scratch(2 * bytes));
            operation.bind(place -> memory.address() + place.offset());
            double best = 0;
            for (int i = 0; i < ROUNDS; i++) {
                long startNs = System.nanoTime();
                operation.run();
                double seconds = (System.nanoTime() - startNs) / 1e9;
                best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / seconds);
            }
            return best;
        }
    }
}
