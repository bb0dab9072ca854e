package org.jft.bench.engine;

import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.engine.GraphLayouts;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;

/**
 * DL4J as {@code ComputationGraph.fit} trains: its own layers and output layer, its default
 * workspaces. It has no heavy-ball momentum and borrows our update, which is small beside its time.
 */
final class StockDl4jStep implements TrainingStep {
    private final int batch;
    private final ComputationGraph graph;
    private final Blocks blocks;
    private final Optimizer optimizer;
    private final INDArray pixels; // uint8 [batch, 3, size, size]
    private final INDArray images; // [batch, 3, size, size]
    private final INDArray labels; // [batch, classes]

    /** Copies the weights. */
    StockDl4jStep(Workload workload, int threads, StartWeights weights) {
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        batch = workload.job().batch();
        int classes = workload.job().classes();
        graph = new ComputationGraph(withLoss(workload.network().graph().clone(), batch));
        graph.init();
        graph.initGradientsView();
        weights.read(0, floats(graph.params()));
        blocks = new Blocks(threads);
        optimizer =
                new Optimizer(Workload.RUN, GraphLayouts.of(graph), floats(graph.params()), blocks);
        int size = workload.job().size();
        pixels = Nd4j.create(DataType.UINT8, batch, 3, size, size);
        fill(pixels, workload);
        images = Nd4j.create(DataType.FLOAT, batch, 3, size, size);
        labels = Nd4j.create(DataType.FLOAT, batch, classes);
        floats(labels).put(workload.denseTargets());
    }

    @Override
    public double step() {
        // Frees what DL4J leaves to the collector, which sees small handles only: else it grows by
        // gigabytes in a few steps. Milliseconds beside seconds.
        System.gc();
        images.assign(pixels).subi(Workload.HALF_RANGE).divi(Workload.HALF_RANGE);
        graph.setInputs(images);
        graph.setLabels(labels);
        graph.computeGradientAndScore();
        optimizer.step(
                floats(graph.params()), floats(graph.getFlattenedGradients()), Workload.STEP);
        return graph.score() * batch;
    }

    @Override
    public void close() {
        blocks.close();
        graph.close();
    }

    /**
     * Makes the head an output layer, weighted so that gradients are those of the mean over the
     * batch: DL4J leaves that division to its updater, and divides the score only.
     */
    private static ComputationGraphConfiguration withLoss(
            ComputationGraphConfiguration graph, int batch) {
        String name = graph.getNetworkOutputs().get(0);
        NeuralNetConfiguration head = ((LayerVertex) graph.getVertices().get(name)).getLayerConf();
        DenseLayer logits = (DenseLayer) head.getLayer();
        INDArray weights = Nd4j.valueArrayOf(1, logits.getNOut(), 1.0 / batch);
        head.setLayer(
                new OutputLayer.Builder(new LossBinaryXENT(weights))
                        .name(name)
                        .nIn(logits.getNIn())
                        .nOut(logits.getNOut())
                        .activation(Activation.SIGMOID)
                        .weightInit(logits.getWeightInitFn())
                        .updater(new NoOp())
                        .build());
        graph.setTrainingWorkspaceMode(WorkspaceMode.ENABLED);
        graph.setInferenceWorkspaceMode(WorkspaceMode.ENABLED);
        return graph;
    }

    /** Turns [batch, size, size, 3] into [batch, 3, size, size]. */
    private static void fill(INDArray nchw, Workload workload) {
        int plane = workload.job().size() * workload.job().size();
        for (int i = 0; i < workload.pixels().capacity(); i++) {
            int image = i / (3 * plane);
            int channel = i % 3;
            int place = i / 3 % plane;
            int value = Byte.toUnsignedInt(workload.pixels().get(i));
            nchw.data().put((long) (image * 3 + channel) * plane + place, value);
        }
    }

    private static FloatBuffer floats(INDArray array) {
        return array.data().asNioFloat();
    }
}
