package org.jft.core.engine.cuda;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.Stream;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;
import org.jft.core.failure.ConfigException;

/**
 * The {@link Engine} over CUDA. The caller's vectors are page-locked mirrors of the device's:
 * parameters go to the device at the start of each forward pass, gradients come back segment by
 * segment during backward. Who wants to spare these copies trains by {@link #deviceStep}.
 *
 * <p>Plans are compiled when they are first needed: one for inference, one for training, and
 * another for each smaller batch that is trained on, since its statistics are of fewer rows.
 */
final class CudaEngine implements Engine {
    /** Keeps small fp16 gradients from vanishing where the caller, on the host, updates. */
    private static final float HOST_LOSS_SCALE = 1024;

    private final Device device;
    private final Program program;
    private final ParameterLayout layout;
    private final EngineConfig config;
    private final int batchSize;
    private final Vectors vectors;
    private final PassMemory memory;
    private final Stream main; // of all passes, for they share their memory
    private final List<Slice> untrained;
    private final Map<Integer, Execution> training = new HashMap<>(); // by rows
    private Execution inference;
    private Execution awaitingBackward;
    private Execution lastBackward;
    private KernelListener kernelListener;
    private CudaDeviceStep resident; // knows where the memory is
    private boolean closed;

    /** Takes over the device. */
    CudaEngine(
            Device device,
            Program program,
            ParameterLayout layout,
            int batchSize,
            EngineConfig config) {
        checkArgument(batchSize > 0, "batchSize must be positive: %s", batchSize);
        this.device = device;
        this.program = program;
        this.layout = layout;
        this.batchSize = batchSize;
        this.config = config;
        memory = device.own(new PassMemory(device.gpu()));
        vectors = new Vectors(device, layout.length());
        main = device.own(device.gpu().stream());
        untrained = untrained(program, layout);
    }

    static StepPlan plan(Program program, EngineConfig config) {
        return StepPlan.training(program, config.recompute(), true);
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
        return "cuda";
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public FloatBuffer parameters() {
        requireOpen();
        device.gpu().use();
        return vectors.parameterMirror();
    }

    @Override
    public FloatBuffer gradients() {
        requireOpen();
        return vectors.gradientMirror();
    }

    @Override
    public List<FloatBuffer> forward(List<EngineInput> inputs, Pass pass) {
        requireOpen();
        int rows = EngineInput.rows(inputs, program.inputs().size(), batchSize);
        device.gpu().use();
        awaitingBackward = null;
        Execution execution = pass.training() ? training(rows) : inference();
        float scale = config.precision() == Precision.FP16 ? HOST_LOSS_SCALE : 1;
        List<FloatBuffer> outputs =
                execution.forward(inputs, PassNumbers.ofPass(pass.draw(), scale), kernelListener);
        awaitingBackward = pass.training() ? execution : null;
        return outputs.stream()
                .map(output -> output.slice(0, output.capacity() / execution.rows() * rows))
                .toList();
    }

    @Override
    public void backward(List<FloatBuffer> outputGradients, GradientListener onReady) {
        requireOpen();
        checkState(awaitingBackward != null, "backward needs a forward pass with training=true");
        Execution execution = awaitingBackward;
        int count = program.outputs().size();
        checkArgument(
                outputGradients.size() == count,
                "the graph has %s outputs, not %s",
                count,
                outputGradients.size());
        for (int i = 0; i < count; i++) {
            FloatBuffer gradient = outputGradients.get(i);
            long expected = execution.compilation().outputBytes(i) / Float.BYTES;
            checkArgument(gradient.isDirect(), "output gradient %s must lie off-heap", i);
            checkArgument(
                    gradient.remaining() >= expected,
                    "output gradient %s holds %s values, expected %s",
                    i,
                    gradient.remaining(),
                    expected);
        }
        device.gpu().use();
        awaitingBackward = null;
        lastBackward = execution;
        for (Slice slice : untrained) { // zero since the start
            onReady.onReady(slice.offset(), slice.length());
        }
        execution.backward(outputGradients, onReady, kernelListener);
    }

    @Override
    public FloatBuffer inputGradient(int input) {
        requireOpen();
        checkState(program.inputGradients(), "the network was compiled without input gradients");
        checkState(lastBackward != null, "there has been no backward pass");
        return lastBackward.inputGradient(input);
    }

    @Override
    public void profile(KernelListener listener) {
        requireOpen();
        kernelListener = listener;
    }

    @Override
    public Optional<DeviceStep> deviceStep(TrainConfig train, FloatBuffer optimizerState) {
        requireOpen();
        if (!train.objective().isPlain()) {
            return Optional.empty();
        }
        device.gpu().use();
        StepPlan plan = plan(program, config);
        Compilation asked = compile(plan, batchSize);
        if (LossSteps.of(asked, train.objective().link()).isEmpty() || !takesPhotographs(asked)) {
            return Optional.empty();
        }
        if (!memory.holds(compile(StepPlan.inference(program), batchSize).memory().bytes())) {
            inference(); // now, for the memory cannot grow under a device step
        }
        Execution pass = training(batchSize);
        Compilation compilation = pass.compilation();
        LossSteps loss = LossSteps.of(compilation, train.objective().link()).orElseThrow();
        UpdateSteps update = UpdateSteps.of(train, layout, compilation.layouts().scaled());
        boolean sums = train.globalBatch() > train.microBatch();
        StagedBatch batch = new StagedBatch(device, compilation, loss);
        try {
            DeviceState state =
                    new DeviceState(
                            device,
                            loss,
                            update,
                            batch,
                            vectors,
                            pass.addresses(),
                            sums,
                            optimizerState);
            resident =
                    new CudaDeviceStep(host(), device, pass, vectors, loss, update, state, batch);
            return Optional.of(resident);
        } catch (CudaException.OutOfMemory e) {
            long free = e.freeBytes() + memory.bytes() - e.wantedBytes();
            throw new ConfigException(tooLarge(e.getMessage(), plan, batchSize, free), e);
        }
    }

    private static boolean takesPhotographs(Compilation compilation) {
        List<Value> inputs = compilation.program().inputs();
        return inputs.size() == 1 && inputs.get(0).shape().channels() == TransferKernels.COLOURS;
    }

    private CudaDeviceStep.Host host() {
        return new CudaDeviceStep.Host() {
            @Override
            public void enter() {
                requireOpen();
                awaitingBackward = null; // its activations are overwritten
                device.gpu().use();
            }

            @Override
            public KernelListener listener() {
                return kernelListener;
            }
        };
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
            known = execution(plan(program, config), rows);
            training.put(rows, known);
        }
        return known;
    }

    private Execution execution(StepPlan plan, int rows) {
        Compilation compilation = compile(plan, rows);
        long bytes = compilation.memory().bytes();
        if (!memory.holds(bytes)) {
            forget();
            try {
                memory.grow(bytes, "a pass over %s rows".formatted(rows));
            } catch (CudaException.OutOfMemory e) {
                throw new ConfigException(tooLarge(e.getMessage(), plan, rows, e.freeBytes()), e);
            }
        }
        main.synchronize(); // plans are timed in the memory of passes
        return new Execution(device, compilation, memory.address(), vectors, main);
    }

    /** Drops the passes that know where the memory was. */
    private void forget() {
        checkState(resident == null, "a pass is larger than the device step's");
        Scope passes = new Scope();
        training.values().forEach(passes::own);
        training.clear();
        if (inference != null) {
            passes.own(inference);
            inference = null;
        }
        lastBackward = null;
        passes.close();
    }

    private Compilation compile(StepPlan plan, int rows) {
        return Compilation.of(program, plan, rows, config.precision());
    }

    /** Adds which batch would fit. */
    private String tooLarge(String reason, StepPlan plan, int rows, long freeBytes) {
        int fits = 0;
        int tooMany = rows;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) / 2;
            if (compile(plan, middle).memory().bytes() <= freeBytes) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        String wayOut =
                fits > 0 ? "a batch of %s fits".formatted(fits) : "not even a batch of 1 fits";
        return "%s: %s%s"
                .formatted(
                        reason,
                        wayOut,
                        config.recompute() ? "" : "; engine.recompute=true needs less");
    }

    private void requireOpen() {
        checkState(!closed, "the engine is closed, and its buffers are gone");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            awaitingBackward = null;
            try (Scope all = new Scope()) { // whatever fails, the rest is closed
                all.own(device);
                all.own(
                        () -> {
                            resident = null;
                            forget();
                        });
                all.own(device.gpu()::synchronize);
                if (resident != null) {
                    all.own(resident::leaveGroup); // else there may be no end to wait for
                }
                device.gpu().use();
            }
        }
    }
}
