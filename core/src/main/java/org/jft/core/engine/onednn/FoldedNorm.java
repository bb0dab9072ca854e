package org.jft.core.engine.onednn;

import java.nio.FloatBuffer;
import java.util.Optional;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;

/**
 * A batch norm with known statistics as a factor and a term per channel, for the convolution before
 * it: {@code scale = gamma / sqrt(variance + epsilon)}, {@code shift = beta + (bias - mean) *
 * scale}.
 */
record FoldedNorm(Place scale, Place shift) {
    /** Adds the computation to a kernel. */
    static FoldedNorm add(KernelBuilder kernel, Node node, Optional<Slice> bias) {
        Op.BatchNorm norm = (Op.BatchNorm) node.op();
        int channels = norm.scale().length();
        Place scale = kernel.scratch((long) Float.BYTES * channels);
        Place shift = kernel.scratch((long) Float.BYTES * channels);
        kernel.java(
                addresses -> {
                    FloatBuffer gamma =
                            Address.floats(addresses, Place.parameter(norm.scale()), channels);
                    FloatBuffer beta =
                            Address.floats(addresses, Place.parameter(norm.shift()), channels);
                    FloatBuffer mean =
                            Address.floats(addresses, Place.parameter(norm.mean()), channels);
                    FloatBuffer variance =
                            Address.floats(addresses, Place.parameter(norm.variance()), channels);
                    FloatBuffer before =
                            bias.map(
                                            slice ->
                                                    Address.floats(
                                                            addresses,
                                                            Place.parameter(slice),
                                                            channels))
                                    .orElse(null);
                    FloatBuffer factor = Address.floats(addresses, scale, channels);
                    FloatBuffer term = Address.floats(addresses, shift, channels);
                    return () -> {
                        for (int c = 0; c < channels; c++) {
                            double f = gamma.get(c) / Math.sqrt(variance.get(c) + norm.epsilon());
                            double own = before == null ? 0 : before.get(c);
                            factor.put(c, (float) f);
                            term.put(c, (float) (beta.get(c) + (own - mean.get(c)) * f));
                        }
                    };
                });
        return new FoldedNorm(scale, shift);
    }
}
