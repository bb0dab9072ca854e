package org.jft.core.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;

/**
 * One thing to compute in a step. Parameters are read from the flat vector and their gradients
 * written to the flat gradient, as the node's op says; all else is a tensor.
 */
public sealed interface Task {
    /** Returns what it is called in profiles: the kind and the vertex. */
    default String name() {
        return getClass().getSimpleName() + " " + of();
    }

    /** Returns the vertex or the place it works for. */
    String of();

    /** Returns the tensors it reads. */
    default List<Tensor> reads() {
        return List.of();
    }

    /** Returns the tensors it writes, whole. */
    default List<Tensor> writes() {
        return List.of();
    }

    /**
     * Returns the tensors it reads that its {@link #overwriter} may replace in place, if nobody
     * reads them later.
     */
    default List<Tensor> overwritable() {
        return List.of();
    }

    /** Returns the one of {@link #writes} that may take the place of an overwritable one. */
    default Optional<Tensor> overwriter() {
        return Optional.empty();
    }

    /** Returns the ranges of the flat gradient that are final after it. */
    default List<Slice> completes() {
        return List.of();
    }

    /** A task of one node of the program. */
    sealed interface OfNode extends Task {
        /** Returns the node. */
        Node node();

        @Override
        default String of() {
            return node().name();
        }
    }

    /** A task that writes one tensor. */
    sealed interface ToOne extends Task {
        /** Returns what it writes. */
        Tensor to();

        @Override
        default List<Tensor> writes() {
            return List.of(to());
        }
    }

    /** A task that makes one tensor from one. */
    sealed interface OneToOne extends ToOne {
        /** Returns what it reads. */
        Tensor from();

        @Override
        default List<Tensor> reads() {
            return List.of(from());
        }
    }

    /** An input of the network, normalised or converted. */
    record LoadInput(int index, Tensor to) implements ToOne {
        @Override
        public String of() {
            return to.name();
        }
    }

    /** An output of the network, to the caller's layout. */
    record StoreOutput(Tensor from, int index) implements Task {
        @Override
        public String of() {
            return from.name();
        }

        @Override
        public List<Tensor> reads() {
            return List.of(from);
        }
    }

    /** The gradient of an output, from the caller's layout. */
    record LoadOutputGradient(int index, Tensor to) implements ToOne {
        @Override
        public String of() {
            return to.name();
        }
    }

    /**
     * The gradient of an input, to the caller's layout.
     *
     * @param from absent if no output depends on the input: zero
     */
    record StoreInputGradient(Optional<Tensor> from, int index) implements Task {
        @Override
        public String of() {
            return "input " + index;
        }

        @Override
        public List<Tensor> reads() {
            return from.stream().toList();
        }
    }

    /**
     * {@code activation(norm(W x + b) + addend)} for a convolution or dense node; norm only with
     * running statistics.
     */
    record Linear(Group group, Tensor from, Optional<Tensor> addend, Tensor to) implements ToOne {
        @Override
        public String of() {
            return group.head().name();
        }

        @Override
        public List<Tensor> reads() {
            return join(from, addend);
        }
    }

    /** d loss / d input of a convolution or dense node. */
    record LinearBackwardData(Node node, Tensor from, Tensor to) implements OfNode, OneToOne {}

    /** d loss / d weights and bias of a convolution or dense node. */
    record LinearBackwardWeights(Node node, Tensor from, Tensor gradient) implements OfNode {
        @Override
        public List<Tensor> reads() {
            return List.of(from, gradient);
        }

        @Override
        public List<Slice> completes() {
            Op.Weighted op = (Op.Weighted) node.op();
            return join(op.weight(), op.bias());
        }
    }

    /**
     * {@code relu(norm(x) + addend)}.
     *
     * @param relu whether the rectifier is there
     * @param batch statistics of this batch, written; absent if the running ones are used
     * @param mask which elements the rectifier let through; written if there is one but no addend,
     *     or if the plan masks sums
     */
    record Normalize(
            Node node,
            Tensor from,
            Optional<Tensor> addend,
            boolean relu,
            Tensor to,
            Optional<Statistics> batch,
            Optional<Tensor> mask)
            implements OfNode {
        @Override
        public List<Tensor> reads() {
            return join(from, addend);
        }

        @Override
        public List<Tensor> writes() {
            List<Tensor> written = new ArrayList<>(List.of(to));
            batch.ifPresent(statistics -> written.addAll(statistics.both()));
            mask.ifPresent(written::add);
            return written;
        }
    }

    /** Mean and variance: of a batch one number a channel, or of each row one a group. */
    record Statistics(Tensor mean, Tensor variance) {
        List<Tensor> both() {
            return List.of(mean, variance);
        }
    }

    /**
     * Gradients of a {@link Normalize}: of its input, of its addend, of scale and shift; and the
     * step of the running statistics.
     *
     * @param gradient of its output
     * @param addendGradient written if there is an addend and a rectifier; without a rectifier the
     *     addend's gradient is {@code gradient} itself
     * @param to gradient of its input
     */
    record NormalizeBackward(
            Normalize forward, Tensor gradient, Optional<Tensor> addendGradient, Tensor to)
            implements Task {
        @Override
        public String of() {
            return forward.of();
        }

        @Override
        public List<Tensor> reads() {
            List<Tensor> read = new ArrayList<>(List.of(gradient, forward.from()));
            forward.batch().ifPresent(statistics -> read.addAll(statistics.both()));
            forward.mask().ifPresent(read::add);
            if (addendGradient.isPresent() && forward.mask().isEmpty()) {
                read.add(forward.to());
            }
            return read;
        }

        @Override
        public List<Tensor> writes() {
            return join(to, addendGradient);
        }

        @Override
        public List<Tensor> overwritable() {
            return addendGradient.isPresent() ? List.of(gradient) : List.of();
        }

        @Override
        public Optional<Tensor> overwriter() {
            return addendGradient;
        }

        @Override
        public List<Slice> completes() {
            Op.BatchNorm norm = (Op.BatchNorm) forward.node().op();
            return forward.node().frozen()
                    ? List.of()
                    : List.of(norm.scale(), norm.shift(), norm.mean(), norm.variance());
        }
    }

    /**
     * Group normalization.
     *
     * @param statistics of each group of each row, written; absent in inference
     */
    record NormalizeGroups(Node node, Tensor from, Tensor to, Optional<Statistics> statistics)
            implements OfNode, OneToOne {
        @Override
        public List<Tensor> writes() {
            return statistics.map(s -> List.of(to, s.mean(), s.variance())).orElse(List.of(to));
        }
    }

    /** Gradients of a {@link NormalizeGroups}: of its input, of scale and shift. */
    record NormalizeGroupsBackward(NormalizeGroups forward, Tensor gradient, Tensor to)
            implements ToOne {
        @Override
        public String of() {
            return forward.of();
        }

        @Override
        public List<Tensor> reads() {
            Statistics statistics = forward.statistics().orElseThrow();
            return List.of(gradient, forward.from(), statistics.mean(), statistics.variance());
        }

        @Override
        public List<Slice> completes() {
            Op.GroupNorm norm = (Op.GroupNorm) forward.node().op();
            return forward.node().frozen() ? List.of() : List.of(norm.scale(), norm.shift());
        }
    }

    /** An element-wise function on its own. */
    record Activate(Node node, Tensor from, Tensor to) implements OfNode, OneToOne {
        @Override
        public List<Tensor> overwritable() {
            return List.of(from);
        }

        @Override
        public Optional<Tensor> overwriter() {
            return Optional.of(to);
        }
    }

    /**
     * Gradient of an element-wise function.
     *
     * @param value its output where that is enough, else its input
     */
    record ActivateBackward(
            String of, Op.Activation activation, Tensor value, Tensor gradient, Tensor to)
            implements ToOne {
        @Override
        public List<Tensor> reads() {
            return List.of(value, gradient);
        }

        @Override
        public List<Tensor> overwritable() {
            return List.of(gradient);
        }

        @Override
        public Optional<Tensor> overwriter() {
            return Optional.of(to);
        }
    }

    /** The sum of two tensors, rectified or not; may take the place of the first. */
    record Sum(String of, Tensor left, Tensor right, boolean relu, Tensor to) implements ToOne {
        /** Returns the same sum with its operands the other way round. */
        Sum turned() {
            return new Sum(of, right, left, relu, to);
        }

        @Override
        public List<Tensor> reads() {
            return List.of(left, right);
        }

        @Override
        public List<Tensor> overwritable() {
            return List.of(left);
        }

        @Override
        public Optional<Tensor> overwriter() {
            return Optional.of(to);
        }
    }

    /**
     * Pooling.
     *
     * @param maxima where each maximum was found; written for max pooling in training
     */
    record Pool(Node node, Tensor from, Tensor to, Optional<Tensor> maxima) implements OfNode {
        @Override
        public List<Tensor> reads() {
            return List.of(from);
        }

        @Override
        public List<Tensor> writes() {
            return join(to, maxima);
        }
    }

    /** Gradient of a pooling. */
    record PoolBackward(Pool forward, Tensor gradient, Tensor to) implements ToOne {
        @Override
        public String of() {
            return forward.of();
        }

        @Override
        public List<Tensor> reads() {
            return join(gradient, forward.maxima());
        }
    }

    /** Tensors side by side along the channels. */
    record Concatenate(String of, List<Tensor> from, Tensor to) implements ToOne {
        @Override
        public List<Tensor> reads() {
            return from;
        }
    }

    /** A range of channels, from {@code firstChannel} on as many as {@code to} has. */
    record TakeChannels(String of, Tensor from, int firstChannel, Tensor to) implements OneToOne {}

    /** Resampling to another size. */
    record Resample(Node node, Tensor from, Tensor to) implements OfNode, OneToOne {}

    /** Gradient of a resampling. */
    record ResampleBackward(Node node, Tensor from, Tensor to) implements OfNode, OneToOne {}

    /** Draws a dropout mask: 1 or 0. The same for the same step, node and element. */
    record DrawMask(Node node, Tensor to) implements OfNode, ToOne {}

    /** A tensor times a mask, over the share that was kept; forward and backward alike. */
    record ApplyMask(String of, double keep, Tensor from, Tensor mask, Tensor to) implements ToOne {
        @Override
        public List<Tensor> reads() {
            return List.of(from, mask);
        }

        @Override
        public List<Tensor> overwritable() {
            return List.of(from);
        }

        @Override
        public Optional<Tensor> overwriter() {
            return Optional.of(to);
        }
    }

    private static <T> List<T> join(T first, Optional<T> second) {
        List<T> both = new ArrayList<>(List.of(first));
        second.ifPresent(both::add);
        return List.copyOf(both);
    }
}
