package org.jft.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Set;

/**
 * The flat parameter vector, slice by slice, in DL4J's order.
 *
 * @param slices contiguous, ascending, covering the vector
 */
public record ParameterLayout(List<Slice> slices) {
    /** What a slice is for; decides weight decay and how an update is applied. */
    public enum Kind {
        /** Convolution or dense weights: decayed. */
        WEIGHT,
        /** Convolution or dense bias. */
        BIAS,
        /** Batch-norm scale (gamma). */
        SCALE,
        /** Batch-norm shift (beta). */
        SHIFT,
        /** Batch-norm running mean: not trained, moved by {@code parameter -= gradient}. */
        RUNNING_MEAN,
        /** Batch-norm running variance: not trained, moved by {@code parameter -= gradient}. */
        RUNNING_VARIANCE;

        /** Returns whether the optimizer owns it. */
        public boolean trainable() {
            return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
        }
    }

    /**
     * One tensor of one layer.
     *
     * @param layer the vertex name in the graph
     * @param shape convolution weights [out, in, kh, kw] row-major; dense weights [in, out]
     *     column-major (DL4J's 'f' order); the rest [n]
     * @param frozen whether it stays as it is: no update, no decay
     */
    public record Slice(
            String layer, Kind kind, int offset, int length, List<Long> shape, boolean frozen) {
        /** Describes a slice that is not frozen. */
        public Slice(String layer, Kind kind, int offset, int length, List<Long> shape) {
            this(layer, kind, offset, length, shape, false);
        }

        /** Returns whether it is trained: by its kind, and not frozen. */
        public boolean trainable() {
            return kind.trainable() && !frozen;
        }
    }

    public ParameterLayout {
        slices = List.copyOf(slices);
        int end = 0;
        for (Slice slice : slices) {
            checkArgument(slice.offset() == end, "a gap before %s %s", slice.layer(), slice.kind());
            end += slice.length();
        }
    }

    /** Returns the length of the flat vector. */
    public int length() {
        return slices.isEmpty() ? 0 : slices.get(slices.size() - 1).offset() + last().length();
    }

    /** Returns the trainable parameters: the count papers and torchvision quote. */
    public long trainableCount() {
        return slices.stream().filter(Slice::trainable).mapToLong(Slice::length).sum();
    }

    /** Returns the same slices, those of the given layers frozen. */
    public ParameterLayout withFrozenLayers(Set<String> layers) {
        return new ParameterLayout(
                slices.stream()
                        .map(
                                s ->
                                        new Slice(
                                                s.layer(),
                                                s.kind(),
                                                s.offset(),
                                                s.length(),
                                                s.shape(),
                                                layers.contains(s.layer())))
                        .toList());
    }

    private Slice last() {
        return slices.get(slices.size() - 1);
    }
}
