package org.jft.bench.engine;

import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.train.objective.Objective;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J as its documentation trains with an external loss: feedForward, then backpropGradient with
 * the loss's gradient, its own layers, no workspaces. It has no heavy-ball momentum, so that it
 * borrows our update, which is under a hundredth of its time.
 */
final class StockDl4jStep implements TrainingStep {
    private final Workload workload;
    private final ComputationGraph graph;
    private final String output;
    private final Objective objective;
    private final Blocks blocks;
    private final Optimizer optimizer;
    private final INDArray pixels; // uint8 [batch, 3, size, size]
    private final INDArray images; // [batch, 3, size, size]
    private final INDArray outputGradient; // [batch, classes]

    /** Copies the weights. */
    StockDl4jStep(Workload workload, int threads, StartWeights weights) {
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        this.workload = workload;
        ComputationGraphConfiguration own = workload.network().graph().clone();
        own.setTrainingWorkspaceMode(WorkspaceMode.NONE);
        own.setInferenceWorkspaceMode(WorkspaceMode.NONE);
        output = own.getNetworkOutputs().get(0);
        graph = new ComputationGraph(own);
        graph.init();
        graph.initGradientsView();
        weights.read(0, floats(graph.params()));
        objective = Objective.of(TrainConfig.Objective.SIGMOID, workload.job().classes());
        blocks = new Blocks(threads);
        optimizer =
                new Optimizer(Workload.RUN, GraphLayouts.of(graph), floats(graph.params()), blocks);
        int batch = workload.job().batch();
        int size = workload.job().size();
        pixels = Nd4j.create(DataType.UINT8, batch, 3, size, size);
        fill(pixels, workload);
        images = Nd4j.create(DataType.FLOAT, batch, 3, size, size);
        outputGradient = Nd4j.create(DataType.FLOAT, batch, workload.job().classes());
    }

    @Override
    public double step() {
        images.assign(pixels).subi(Workload.HALF_RANGE).divi(Workload.HALF_RANGE);
        INDArray logits = graph.feedForward(new INDArray[] {images}, true, false).get(output);
        FloatBuffer gradient = floats(outputGradient);
        double loss = objective.loss(floats(logits.dup('c')), workload.targets(), gradient);
        graph.backpropGradient(outputGradient);
        optimizer.step(
                floats(graph.params()), floats(graph.getFlattenedGradients()), Workload.STEP);
        return loss;
    }

    @Override
    public void close() {
        blocks.close();
        graph.close();
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
