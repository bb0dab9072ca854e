package org.jft.core.engine.cuda.driver;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What cuDNN is to compute, as data: operations over arrays. Equal graphs are the same work.
 *
 * @param pattern a name for messages and the plan cache, such as {@code convolution}
 */
public record OperationGraph(String pattern, List<Operation> operations) {
    /**
     * An array of four dimensions in channels-last order.
     *
     * @param name unique in its graph
     * @param virtual lies nowhere: handed from operation to operation
     * @param value of a scalar that comes from the host
     */
    public record Array(
            String name,
            Element element,
            long n,
            long c,
            long h,
            long w,
            boolean virtual,
            Optional<Float> value) {
        /** Returns an array in memory. */
        public static Array of(String name, Element element, long n, long c, long h, long w) {
            return new Array(name, element, n, c, h, w, false, Optional.empty());
        }

        /** Returns one number a channel. */
        public static Array channels(String name, long c) {
            return of(name, Element.FLOAT, 1, c, 1, 1);
        }

        /** Returns a number known when the plan is made. */
        public static Array scalar(String name, float value) {
            return new Array(name, Element.FLOAT, 1, 1, 1, 1, false, Optional.of(value));
        }

        /** Returns float32 like another array that lies nowhere. */
        public static Array between(String name, Array like) {
            return between(name, Element.FLOAT, like);
        }

        /** Returns an array like another that lies nowhere. */
        public static Array between(String name, Element element, Array like) {
            return new Array(name, element, like.n, like.c, like.h, like.w, true, Optional.empty());
        }

        /** Returns whether the caller gives its address. */
        public boolean bound() {
            return !virtual && value.isEmpty();
        }

        @Override
        public String toString() {
            return "%s:%s[%d,%d,%d,%d]".formatted(name, element, n, c, h, w)
                    + (virtual ? "*" : "")
                    + value.map(number -> "=" + number).orElse("");
        }
    }

    /** One operation. */
    public sealed interface Operation {
        /** Returns what it reads and writes. */
        List<Array> arrays();
    }

    /** How a filter slides, each as [vertical, horizontal]. */
    public record Sliding(
            List<Long> before, List<Long> after, List<Long> stride, List<Long> dilation) {}

    /** y = w * x; w is [out, in / groups, kh, kw] by meaning and channels-last in memory. */
    public record ConvolutionForward(Array x, Array w, Array y, Sliding sliding)
            implements Operation {
        @Override
        public List<Array> arrays() {
            return List.of(x, w, y);
        }
    }

    /** dx of a convolution. */
    public record ConvolutionBackwardData(Array dy, Array w, Array dx, Sliding sliding)
            implements Operation {
        @Override
        public List<Array> arrays() {
            return List.of(dy, w, dx);
        }
    }

    /** dw of a convolution. */
    public record ConvolutionBackwardFilter(Array x, Array dy, Array dw, Sliding sliding)
            implements Operation {
        @Override
        public List<Array> arrays() {
            return List.of(x, dy, dw);
        }
    }

    /** Element by element, in float32. */
    public record Pointwise(Mode mode, Array x, Optional<Array> b, Array y) implements Operation {
        /** Which function. */
        public enum Mode {
            /** x + b. */
            ADD,
            /** x b. */
            MULTIPLY,
            /** max(x, 0). */
            RELU,
            /** Whether x > b. */
            GREATER
        }

        @Override
        public List<Array> arrays() {
            List<Array> all = new ArrayList<>(List.of(x));
            b.ifPresent(all::add);
            all.add(y);
            return all;
        }
    }

    /** Sums over each channel, in float32: of x and of its squares. */
    public record GenStats(Array x, Array sum, Array squares) implements Operation {
        @Override
        public List<Array> arrays() {
            return List.of(x, sum, squares);
        }
    }

    /**
     * Batch norm with the statistics of the batch.
     *
     * @param inverse 1 / sqrt(variance + epsilon), the variance over n
     * @param running statistics that cuDNN may move on the way
     */
    public record NormForward(
            Array x,
            Array scale,
            Array shift,
            Array epsilon,
            Array mean,
            Array inverse,
            Array y,
            Optional<Running> running)
            implements Operation {
        @Override
        public List<Array> arrays() {
            List<Array> all = new ArrayList<>(List.of(x, scale, shift, epsilon, mean, inverse, y));
            running.ifPresent(of -> all.addAll(of.arrays()));
            return all;
        }
    }

    /**
     * Running statistics, before and after: {@code after = (1 - rate) before + rate batch}, the
     * batch's variance over n - 1.
     */
    public record Running(
            Array meanBefore, Array varianceBefore, Array rate, Array mean, Array variance) {
        private List<Array> arrays() {
            return List.of(meanBefore, varianceBefore, rate, mean, variance);
        }
    }

    /** Gradients of a batch norm. */
    public record NormBackward(
            Array x,
            Array dy,
            Array scale,
            Array mean,
            Array inverse,
            Array dscale,
            Array dshift,
            Array dx)
            implements Operation {
        @Override
        public List<Array> arrays() {
            return List.of(x, dy, scale, mean, inverse, dscale, dshift, dx);
        }
    }

    public OperationGraph {
        operations = List.copyOf(operations);
    }

    /** Returns every array once, in the order of first use. */
    public List<Array> arrays() {
        Set<Array> all = new LinkedHashSet<>();
        operations.forEach(operation -> all.addAll(operation.arrays()));
        return List.copyOf(all);
    }

    /** Returns the arrays whose addresses an execution needs, in order. */
    public List<Array> bound() {
        return arrays().stream().filter(Array::bound).toList();
    }

    /** Returns all that decides a plan, in one line. */
    public String key() {
        return pattern + operations;
    }

    /** Returns the pattern and the shapes, for messages. */
    @Override
    public String toString() {
        return pattern + bound();
    }
}
