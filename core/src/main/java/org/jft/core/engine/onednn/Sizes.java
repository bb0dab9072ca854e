package org.jft.core.engine.onednn;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.engine.plan.Tensor;

/** How many bytes each tensor takes. */
final class Sizes {
    private final Layouts layouts;
    private final Map<Tensor, Long> opaque = new HashMap<>();

    Sizes(Layouts layouts) {
        this.layouts = layouts;
    }

    void set(Tensor tensor, long bytes) {
        opaque.put(tensor, bytes);
    }

    long of(Tensor tensor) {
        return switch (tensor.content()) {
            case OPAQUE -> opaque.getOrDefault(tensor, 0L);
            case STATISTIC -> (long) Float.BYTES * tensor.shape().channels();
            case ACTIVATION, FULL_PRECISION ->
                    dnnl.dnnl_memory_desc_get_size(layouts.image(tensor));
        };
    }
}
