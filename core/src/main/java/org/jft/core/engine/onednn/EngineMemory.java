package org.jft.core.engine.onednn;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.plan.Arena;
import org.jft.core.engine.plan.Tensor;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * What an engine keeps outside the Java heap: its buffers, in one block for its whole life, and the
 * arena, one block that all passes share, since none is under way when the next begins. The arena
 * grows when a larger pass comes, so an engine that only infers never pays for training. A training
 * pass has tensors among the gradients, too, see {@link Arena}.
 *
 * <pre>
 *  buffers   parameters | gradients | outputs ... | gradients of inputs ...     each from a page on
 *  arena     tensors ... | working memory of one kernel
 * </pre>
 *
 * Its blocks are their {@link Dnnl}'s and go with it.
 */
final class EngineMemory {
    /** Where the buffers begin, in bytes, and how long they are together. */
    private record Buffers(
            long gradients, List<Long> outputs, List<Long> inputGradients, long bytes) {
        static Buffers of(Program program, ParameterLayout layout, int rows) {
            long gradients = pages(layout.length());
            long end = 2 * gradients;
            List<Long> outputs = new ArrayList<>();
            for (Value value : program.outputs()) {
                outputs.add(end);
                end += pages((long) rows * value.shape().elements());
            }
            List<Long> inputGradients = new ArrayList<>();
            for (Value value : program.inputGradients() ? program.inputs() : List.<Value>of()) {
                inputGradients.add(end);
                end += pages((long) rows * value.shape().elements());
            }
            return new Buffers(gradients, outputs, inputGradients, end);
        }

        private static long pages(long floats) {
            long bytes = Float.BYTES * floats;
            return (bytes + Block.PAGE - 1) / Block.PAGE * Block.PAGE;
        }
    }

    private final Dnnl owner;
    private final Buffers buffers;
    private final Block block;
    private Block arena; // null before the first pass

    /**
     * Allocates the buffers, as zeros.
     *
     * @param rows most rows of a batch
     */
    EngineMemory(Dnnl owner, Program program, ParameterLayout layout, int rows) {
        this.owner = owner;
        buffers = Buffers.of(program, layout, rows);
        block = owner.own(Block.zeros(buffers.bytes()));
    }

    /** Returns the bytes of an engine whose largest pass needs an arena of so many. */
    static long bytes(Program program, ParameterLayout layout, int rows, long arenaBytes) {
        return Block.allocatedBytes(Buffers.of(program, layout, rows).bytes())
                + Block.allocatedBytes(arenaBytes);
    }

    /** Returns the bytes allocated now. */
    long bytes() {
        return block.allocatedBytes() + (arena == null ? 0 : arena.allocatedBytes());
    }

    /** Makes the arena large enough for a pass; it may move, and its content is lost then. */
    void reserve(long bytes) {
        if (arena == null || arena.bytes() < bytes) {
            Block larger = owner.own(new Block(bytes));
            if (arena != null) {
                arena.close();
            }
            arena = larger;
        }
    }

    /** Returns where the arena begins. */
    long arena() {
        return arena.address();
    }

    /** Returns where something lies in a pass whose tensors lie in the arena as planned. */
    long address(Place place, Arena tensors) {
        Tensor tensor = place.tensor();
        long start =
                switch (place.region()) {
                    case TENSOR -> address(tensors.offsets().get(tensor), tensors);
                    case SCRATCH -> arena() + tensors.bytes();
                    case PARAMETERS -> block.address();
                    case GRADIENTS -> gradients();
                    case OUTPUT -> output(place.index());
                    case INPUT_GRADIENT -> inputGradient(place.index());
                    case CALLER -> 0;
                };
        return start + place.offset();
    }

    private long address(long offset, Arena tensors) {
        return offset < tensors.gradientBytes()
                ? gradients() + offset
                : arena() + offset - tensors.gradientBytes();
    }

    private long gradients() {
        return block.address() + buffers.gradients();
    }

    FloatBuffer parameters(int length) {
        return Address.floats(block.address(), length);
    }

    FloatBuffer gradients(int length) {
        return Address.floats(gradients(), length);
    }

    FloatBuffer output(int index, long length) {
        return Address.floats(output(index), length);
    }

    FloatBuffer inputGradient(int index, long length) {
        return Address.floats(inputGradient(index), length);
    }

    private long output(int index) {
        return block.address() + buffers.outputs().get(index);
    }

    private long inputGradient(int index) {
        return block.address() + buffers.inputGradients().get(index);
    }
}
