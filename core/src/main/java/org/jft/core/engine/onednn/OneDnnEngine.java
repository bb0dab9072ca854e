package org.jft.core.engine.onednn;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jft.core.config.EngineConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.engine.StatisticsExchange;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Program;

/**
 * The {@link Engine} over oneDNN. Plans are compiled when they are first needed: one for inference,
 * one for training, and another for each smaller batch that is trained on, since its statistics are
 * of fewer rows. Gradients become ready layer by layer.
 */
final class OneDnnEngine implements Engine {
    private final Dnnl owner;
    private final Call call = new Call();
    private final Program program;
    private final ParameterLayout layout;
    private final EngineConfig config;
    private final int batchSize;
    private final EngineMemory memory;
    private final FloatBuffer parameters;
    private final FloatBuffer gradients;
    private final List<Slice> untrained;
    private final Map<Integer, Execution> training = new HashMap<>(); // by rows
    private final List<FloatBuffer> partial = new ArrayList<>();
    private Optional<StatisticsExchange> ranks = Optional.empty();
    private Execution inference;
    private Execution awaitingBackward;
    private Execution lastBackward;
    private KernelListener kernelListener;
    private boolean closed;

    /**
     * Allocates parameters and gradients, as zeros.
     *
     * @param owner of all that is native; closed with the engine
     */
    OneDnnEngine(
            Dnnl owner,
            Program program,
            ParameterLayout layout,
            int batchSize,
            EngineConfig config) {
        checkArgument(batchSize > 0, "batchSize must be positive: %s", batchSize);
        this.owner = owner;
        this.layout = layout;
        this.batchSize = batchSize;
        this.config = config;
        this.program = program;
        untrained = untrained(program, layout);
        memory = new EngineMemory(owner, program, layout, batchSize);
        parameters = memory.parameters(layout.length());
        gradients = memory.gradients(layout.length());
    }

    private static List<Slice> untrained(Program program, ParameterLayout layout) {
        Set<Slice> completed = new HashSet<>();
        for (Task task : StepPlan.training(program, false).tasks()) {
            completed.addAll(task.completes());
        }
        return layout.slices().stream().filter(slice -> !completed.contains(slice)).toList();
    }

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public FloatBuffer parameters() {
        requireOpen();
        return parameters.duplicate();
    }

    @Override
    public FloatBuffer gradients() {
        requireOpen();
        return gradients.duplicate();
    }

    @Override
    public List<FloatBuffer> forward(List<EngineInput> inputs, Pass pass) {
        requireOpen();
        int rows = EngineInput.rows(inputs, program.inputs().size(), batchSize);
        Threads.use(config.threads());
        Execution execution = pass.training() ? training(rows) : inference();
        awaitingBackward = null;
        execution.enter(memory);
        call.forward(inputs, pass);
        List<FloatBuffer> outputs = execution.forward(kernelListener);
        awaitingBackward = pass.training() ? execution : null;
        return rows == execution.rows() ? rewound(outputs) : firstRows(outputs, execution, rows);
    }

    private List<FloatBuffer> rewound(List<FloatBuffer> outputs) {
        for (FloatBuffer output : outputs) {
            output.clear();
        }
        return outputs;
    }

    private List<FloatBuffer> firstRows(List<FloatBuffer> outputs, Execution execution, int rows) {
        partial.clear();
        for (FloatBuffer output : outputs) {
            partial.add(output.slice(0, output.capacity() / execution.rows() * rows));
        }
        return partial;
    }

    @Override
    public void backward(List<FloatBuffer> outputGradients, GradientListener onReady) {
        requireOpen();
        checkState(awaitingBackward != null, "backward needs a training pass forward");
        Execution execution = awaitingBackward;
        checkArgument(
                outputGradients.size() == execution.outputs().size(),
                "the graph has %s outputs, not %s",
                execution.outputs().size(),
                outputGradients.size());
        for (int i = 0; i < outputGradients.size(); i++) {
            FloatBuffer gradient = outputGradients.get(i);
            int expected = execution.outputs().get(i).capacity();
            checkArgument(gradient.isDirect(), "output gradient %s must lie off-heap", i);
            checkArgument(
                    gradient.remaining() >= expected,
                    "output gradient %s holds %s values, expected %s",
                    i,
                    gradient.remaining(),
                    expected);
        }
        Threads.use(config.threads());
        awaitingBackward = null;
        lastBackward = execution;
        for (Slice slice : untrained) { // zero since the start
            onReady.onReady(slice.offset(), slice.length());
        }
        call.backward(outputGradients);
        execution.backward(onReady, kernelListener);
    }

    @Override
    public FloatBuffer inputGradient(int input) {
        requireOpen();
        checkState(program.inputGradients(), "the network was compiled without input gradients");
        checkState(lastBackward != null, "there has been no backward pass");
        return lastBackward.inputGradient(input).clear();
    }

    @Override
    public void shareStatistics(StatisticsExchange with) {
        checkState(training.isEmpty(), "the engine has trained without other ranks");
        ranks = Optional.of(with);
    }

    @Override
    public void profile(KernelListener listener) {
        kernelListener = listener;
    }

    private Execution inference() {
        if (inference == null) {
            inference = execution(StepPlan.inference(program), batchSize);
        }
        return inference;
    }

    private Execution training(int rows) {
        Execution known = training.get(rows);
        if (known == null) {
            known = execution(StepPlan.training(program, config.recompute()), rows);
            training.put(rows, known);
        }
        return known;
    }

    private Execution execution(StepPlan plan, int rows) {
        Compilation compilation =
                Compilation.of(owner, program, layout, plan, rows, config.precision(), call, ranks);
        return new Execution(compilation, program, rows, memory);
    }

    /** Returns the bytes outside the Java heap that it has allocated so far. */
    long allocatedBytes() {
        return memory.bytes();
    }

    private void requireOpen() {
        checkState(!closed, "the engine is closed, and its buffers are gone");
    }

    @Override
    public void close() {
        closed = true;
        owner.close();
    }
}
