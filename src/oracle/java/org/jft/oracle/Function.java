package org.jft.oracle;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What one vertex computes. */
@FunctionalInterface
interface Function {
    Tensor apply(List<Tensor> inputs, boolean training);
}
