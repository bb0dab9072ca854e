package org.jft.core.engine.onednn;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener;
import org.jft.core.engine.KernelListener.KernelRun;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/** A compilation with memory under it, ready to run again and again. */
final class Execution implements AutoCloseable {
    /** A range of the flat gradient. */
    private record Range(int offset, int length) {}

    private final Compilation compilation;
    private final int rows;
    private final Kernel[] forward;
    private final Kernel[] backward;
    private final Range[][] completed; // by backward kernel
    private final Block arena;
    private final List<Block> outputs;
    private final List<Block> inputGradients;
    private final List<FloatBuffer> outputViews;
    private final List<FloatBuffer> inputGradientViews;

    /**
     * Allocates and binds.
     *
     * @param parameters address of the flat vector
     * @param gradients address of the flat gradient
     */
    Execution(Compilation compilation, Program program, int rows, long parameters, long gradients) {
        this.compilation = compilation;
        this.rows = rows;
        arena = new Block(compilation.bytes());
        outputs = program.outputs().stream().map(this::zeros).toList();
        inputGradients =
                program.inputGradients()
                        ? program.inputs().stream().map(this::zeros).toList()
                        : List.of();
        outputViews = views(outputs, program.outputs());
        inputGradientViews = views(inputGradients, program.inputs());
        List<Kernel> kernels = compilation.kernels();
        for (Kernel kernel : kernels) {
            kernel.bind(place -> address(place, parameters, gradients));
        }
        forward = kernels.subList(0, compilation.forwardCount()).toArray(Kernel[]::new);
        backward =
                kernels.subList(compilation.forwardCount(), kernels.size()).toArray(Kernel[]::new);
        completed = new Range[backward.length][];
        for (int i = 0; i < backward.length; i++) {
            completed[i] = ranges(backward[i].task().completes());
        }
    }

    private Block zeros(Value value) {
        return Block.ofFloats((long) rows * value.shape().elements());
    }

    private List<FloatBuffer> views(List<Block> blocks, List<Value> values) {
        List<FloatBuffer> views = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            views.add(blocks.get(i).floats((long) rows * values.get(i).shape().elements()));
        }
        return List.copyOf(views);
    }

    private long address(Place place, long parameters, long gradients) {
        Map<Tensor, Long> offsets = compilation.arena().offsets();
        long start =
                switch (place.region()) {
                    case TENSOR -> arena.address() + offsets.get(place.tensor());
                    case PARAMETERS -> parameters;
                    case GRADIENTS -> gradients;
                    case SCRATCH -> arena.address() + compilation.arena().bytes();
                    case OUTPUT -> outputs.get(place.index()).address();
                    case INPUT_GRADIENT -> inputGradients.get(place.index()).address();
                    case CALLER -> 0;
                };
        return start + place.offset();
    }

    /** Merges slices that lie side by side. */
    private static Range[] ranges(List<Slice> slices) {
        List<Range> ranges = new ArrayList<>();
        for (Slice slice :
                slices.stream()
                        .sorted((a, b) -> Integer.compare(a.offset(), b.offset()))
                        .toList()) {
            Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.offset + last.length == slice.offset()) {
                ranges.set(ranges.size() - 1, new Range(last.offset, last.length + slice.length()));
            } else {
                ranges.add(new Range(slice.offset(), slice.length()));
            }
        }
        return ranges.toArray(Range[]::new);
    }

    List<FloatBuffer> forward(KernelListener listener) {
        for (Kernel kernel : forward) {
            run(kernel, listener);
        }
        return outputViews;
    }

    private static void run(Kernel kernel, KernelListener listener) {
        if (listener == null) {
            kernel.run();
            return;
        }
        long startNs = System.nanoTime();
        kernel.run();
        long nanos = System.nanoTime() - startNs;
        listener.onRun(
                new KernelRun(
                        kernel.task().getClass().getSimpleName(),
                        kernel.task().of(),
                        kernel.implementations(),
                        kernel.flops(),
                        nanos));
    }

    void backward(GradientListener onReady, KernelListener listener) {
        for (int i = 0; i < backward.length; i++) {
            run(backward[i], listener);
            for (Range range : completed[i]) {
                onReady.onReady(range.offset, range.length);
            }
        }
    }

    List<FloatBuffer> outputs() {
        return outputViews;
    }

    FloatBuffer inputGradient(int input) {
        return inputGradientViews.get(input);
    }

    int rows() {
        return rows;
    }

    @Override
    public void close() {
        arena.close();
        outputs.forEach(Block::close);
        inputGradients.forEach(Block::close);
    }
}
