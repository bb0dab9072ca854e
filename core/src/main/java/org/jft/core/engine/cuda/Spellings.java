package org.jft.core.engine.cuda;

import java.util.List;
import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.driver.CudaException;

/**
 * The same work for cuDNN in several spellings. It has engines for graphs of certain forms; the
 * first that it has one for is taken.
 */
record Spellings(List<DnnStep> all) implements Step {
    Spellings {
        all = List.copyOf(all);
    }

    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        CudaException.Unsupported first = null;
        for (DnnStep spelling : all) {
            try {
                Work work = spelling.prepare(device, addresses);
                if (first != null) {
                    device.note("cuDNN takes %s".formatted(spelling.graph().key()));
                }
                return work;
            } catch (CudaException.Unsupported e) {
                first = first == null ? e : first;
            }
        }
        throw first;
    }
}
