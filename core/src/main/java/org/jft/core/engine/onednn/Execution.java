package org.jft.core.engine.onednn;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener;
import org.jft.core.engine.KernelListener.KernelRun;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/** A compilation with memory under it, ready to run again and again. */
final class Execution {
    /** A range of the flat gradient. */
    private record Range(int offset, int length) {}

    private final Compilation compilation;
    private final int rows;
    private final Kernel[] forward;
    private final Kernel[] backward;
    private final Range[][] completed; // by backward kernel
    private final List<FloatBuffer> outputs = new ArrayList<>();
    private final List<FloatBuffer> inputGradients = new ArrayList<>();
    private long arena; // that the kernels are bound to; 0 before the first

    Execution(Compilation compilation, Program program, int rows, EngineMemory memory) {
        this.compilation = compilation;
        this.rows = rows;
        for (Value value : program.outputs()) {
            outputs.add(memory.output(outputs.size(), length(value)));
        }
        for (Value value : program.inputGradients() ? program.inputs() : List.<Value>of()) {
            inputGradients.add(memory.inputGradient(inputGradients.size(), length(value)));
        }
        List<Kernel> kernels = compilation.kernels();
        forward = kernels.subList(0, compilation.forwardCount()).toArray(Kernel[]::new);
        backward =
                kernels.subList(compilation.forwardCount(), kernels.size()).toArray(Kernel[]::new);
        completed = new Range[backward.length][];
        for (int i = 0; i < backward.length; i++) {
            completed[i] = ranges(backward[i].task().completes());
        }
    }

    private long length(Value value) {
        return (long) rows * value.shape().elements();
    }

    /** Takes the arena: what another execution has left there is lost. */
    void enter(EngineMemory memory) {
        memory.reserve(compilation.bytes());
        if (arena != memory.arena()) {
            for (Kernel kernel : compilation.kernels()) {
                kernel.bind(place -> memory.address(place, compilation.arena()));
            }
            arena = memory.arena();
        }
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
        return outputs;
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
        return outputs;
    }

    FloatBuffer inputGradient(int input) {
        return inputGradients.get(input);
    }

    int rows() {
        return rows;
    }
}
