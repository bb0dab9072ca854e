package org.jft.core.engine.nd4j;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutionalFlat;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.engine.WeightDraw;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The {@link Engine} over DL4J. Inputs are copied into arrays made once; activations live in a
 * workspace that keeps its size after the first steps. The gradient is ready as a whole: DL4J has
 * no hook between layers.
 */
final class Nd4jEngine implements Engine {
    private final WorkspaceGraph graph;
    private final ParameterLayout layout;
    private final int batchSize;
    private final INDArray[] inputs; // [batchSize, ...] each
    private final INDArray[] outputGradients; // [batchSize, ...] each, made on first use
    private final INDArray[] inputGradients; // [batchSize, ...] each; none unless asked for
    private final List<Slice> frozen;
    private final FloatBuffer parameters;
    private final FloatBuffer gradients;
    private INDArray[] lastOutputs; // keeps the memory behind handed-out buffers alive
    private int forwardBatch; // rows of the forward pass that waits for its backward, or 0
    private int backwardBatch; // rows of the last backward pass, or 0
    private boolean closed;

    Nd4jEngine(NetworkSpec network, int batchSize) {
        checkArgument(batchSize > 0, "batchSize must be positive: %s", batchSize);
        this.batchSize = batchSize;
        ComputationGraphConfiguration own = network.graph().clone();
        own.setTrainingWorkspaceMode(WorkspaceMode.ENABLED);
        own.setInferenceWorkspaceMode(WorkspaceMode.ENABLED);
        OutputCopies.add(own);
        graph = new WorkspaceGraph(own);
        graph.init();
        FastLayers.install(graph, network.frozenLayers());
        graph.initGradientsView();
        layout = GraphLayouts.of(graph).withFrozenLayers(network.frozenLayers());
        toHost(graph.params());
        toHost(graph.getFlattenedGradients());
        parameters = view(graph.params(), layout.length());
        gradients = view(graph.getFlattenedGradients(), layout.length());
        WeightDraw.into(parameters, layout, own);
        frozen = layout.slices().stream().filter(Slice::frozen).toList();
        inputs = inputArrays(network);
        outputGradients = new INDArray[own.getNetworkOutputs().size()];
        inputGradients = network.inputGradients() ? inputArrays(network) : new INDArray[0];
        graph.keepInputGradients(inputGradients);
    }

    private INDArray[] inputArrays(NetworkSpec network) {
        return network.inputTypes().stream()
                .map(Nd4jEngine::rowShape)
                .map(shape -> Nd4j.create(DataType.FLOAT, batched(shape)))
                .toArray(INDArray[]::new);
    }

    /** DL4J gives a flat image the shape of the image, but its dense layers want it flat. */
    private static long[] rowShape(InputType type) {
        return type instanceof InputTypeConvolutionalFlat flat
                ? new long[] {-1, flat.getFlattenedSize()}
                : type.getShape(true);
    }

    private long[] batched(long[] shape) {
        long[] batched = shape.clone();
        batched[0] = batchSize;
        return batched;
    }

    @Override
    public String name() {
        return "nd4j";
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
    public List<FloatBuffer> forward(List<EngineInput> fed, Pass pass) {
        requireOpen();
        wroteHost(graph.params()); // the caller may have
        int rows = EngineInput.rows(fed, inputs.length, batchSize);
        INDArray[] used = new INDArray[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            used[i] = firstRows(inputs[i], rows);
            copy(fed.get(i), used[i]);
        }
        graph.release();
        // DL4J draws masks from one generator of the process, each element by its own count.
        Nd4j.getRandom()
                .setSeed(
                        graph.getConfiguration().getDefaultConfiguration().getSeed() + pass.draw());
        INDArray[] outputs = pass.training() ? graph.forward(used) : graph.output(false, used);
        toHost(graph.params());
        forwardBatch = pass.training() ? rows : 0;
        lastOutputs = new INDArray[outputs.length];
        List<FloatBuffer> views = new ArrayList<>();
        for (int i = 0; i < outputs.length; i++) {
            INDArray output = outputs[i];
            boolean rowMajor = output.ordering() == 'c' && !output.isView();
            lastOutputs[i] = rowMajor ? output : output.dup('c');
            toHost(lastOutputs[i]);
            views.add(view(lastOutputs[i], output.length()));
        }
        return views;
    }

    @Override
    public void backward(List<FloatBuffer> fed, GradientListener onReady) {
        requireOpen();
        checkState(forwardBatch > 0, "backward needs a training pass forward");
        INDArray[] used = new INDArray[fed.size()];
        for (int i = 0; i < fed.size(); i++) {
            FloatBuffer values = fed.get(i).duplicate();
            if (outputGradients[i] == null) {
                try (var outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
                    outputGradients[i] =
                            Nd4j.create(DataType.FLOAT, batched(lastOutputs[i].shape()));
                }
            }
            used[i] = firstRows(outputGradients[i], forwardBatch);
            checkArgument(
                    values.remaining() >= used[i].length(),
                    "output gradient %s holds %s values, expected %s",
                    i,
                    values.remaining(),
                    used[i].length());
            view(used[i], used[i].length())
                    .put(values.limit(values.position() + (int) used[i].length()));
            wroteHost(used[i]);
        }
        backwardBatch = forwardBatch;
        forwardBatch = 0;
        for (INDArray inputGradient : inputGradients) {
            inputGradient.assign(0); // an input that nothing reads hears of no gradient
        }
        graph.backward(used);
        toHost(graph.getFlattenedGradients());
        toHost(graph.params());
        for (Slice slice : frozen) {
            for (int i = 0; i < slice.length(); i++) {
                gradients.put(slice.offset() + i, 0);
            }
        }
        onReady.onReady(0, layout.length());
    }

    @Override
    public FloatBuffer inputGradient(int input) {
        requireOpen();
        checkState(inputGradients.length > 0, "the network was compiled without input gradients");
        checkState(backwardBatch > 0, "an input gradient needs a backward pass");
        INDArray rows = firstRows(inputGradients[input], backwardBatch);
        toHost(rows);
        return view(rows, rows.length());
    }

    private void requireOpen() {
        checkState(!closed, "the engine is closed, and its buffers are gone");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            graph.close();
        }
    }

    private static INDArray firstRows(INDArray array, int rows) {
        return rows == array.size(0)
                ? array
                : array.get(NDArrayIndex.interval(0, rows)); // leading rows are contiguous
    }

    private static void copy(EngineInput input, INDArray target) {
        FloatBuffer values = view(target, target.length());
        if (input instanceof EngineInput.Pixels pixels) {
            normalize(pixels, values);
        } else if (input instanceof EngineInput.Tensor tensor) {
            FloatBuffer source = tensor.values().duplicate();
            checkArgument(
                    source.remaining() >= values.remaining(),
                    "input holds %s values, expected %s",
                    source.remaining(),
                    values.remaining());
            values.put(source.limit(source.position() + values.remaining()));
        }
        wroteHost(target);
    }

    /** uint8 [N, H, W, 3] to float [N, 3, H, W], (x - mean) / std. */
    private static void normalize(EngineInput.Pixels pixels, FloatBuffer values) {
        int plane = pixels.height() * pixels.width();
        checkArgument(
                values.remaining() == 3 * plane * pixels.batchSize(),
                "images of %s x %s do not fit the graph's input",
                pixels.height(),
                pixels.width());
        float[][] table = new float[3][256];
        for (int c = 0; c < 3; c++) {
            for (int x = 0; x < 256; x++) {
                table[c][x] = (x - pixels.mean().get(c)) / pixels.std().get(c);
            }
        }
        ByteBuffer source = pixels.nhwc();
        byte[] image = new byte[3 * plane];
        float[] channel = new float[plane];
        for (int n = 0; n < pixels.batchSize(); n++) {
            source.get(n * image.length, image);
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < plane; i++) {
                    channel[i] = table[c][image[3 * i + c] & 0xff];
                }
                values.put(channel);
            }
        }
    }

    /** Brings host memory up to what a GPU has computed; on a CPU there is nothing to do. */
    private static void toHost(INDArray array) {
        if (array != null) {
            Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
        }
    }

    /** Says that host memory is newer than a GPU's copy; on a CPU there is nothing to say. */
    private static void wroteHost(INDArray array) {
        if (array != null) {
            Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
        }
    }

    /** The array's host memory as a buffer; the array must stay referenced while it is used. */
    private static FloatBuffer view(INDArray array, long length) {
        if (length == 0) { // a network without parameters; DL4J has no memory for it
            return FloatBuffer.allocate(0);
        }
        Pointer memory = array.data().pointer();
        FloatPointer floats = new FloatPointer(memory);
        return floats.position(array.offset())
                .capacity(array.offset() + length)
                .limit(array.offset() + length)
                .asBuffer();
    }
}
