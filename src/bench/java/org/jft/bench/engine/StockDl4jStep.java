package org.jft.bench.engine;

import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.config.TrainConfig;
import org.jft.train.objective.Objective;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J as its documentation trains with an external loss: feedForward, then backpropGradient with
 * the loss's gradient, its own layers, no workspaces.
 */
final class StockDl4jStep implements TrainingStep {
    private final Workload workload;
    private final ComputationGraph graph;
    private final String output;
    private final Objective objective;
    private final INDArray images; // [batch, 3, size, size]
    private final INDArray outputGradient; // [batch, classes]

    /**
     * Copies the weights.
     *
     * @param parameters flat, in DL4J's order
     * @param threads compute threads; 0 means ND4J's choice
     */
    StockDl4jStep(Workload workload, FloatBuffer parameters, int threads) {
        if (threads > 0) {
            Nd4j.getEnvironment().setMaxThreads(threads);
            Nd4j.getEnvironment().setMaxMasterThreads(threads);
        }
        this.workload = workload;
        ComputationGraphConfiguration own = workload.network().graph().clone();
        own.setTrainingWorkspaceMode(WorkspaceMode.NONE);
        own.setInferenceWorkspaceMode(WorkspaceMode.NONE);
        output = own.getNetworkOutputs().get(0);
        graph = new ComputationGraph(own);
        graph.init();
        graph.initGradientsView();
        floats(graph.params()).put(parameters.duplicate().clear());
        objective = Objective.of(TrainConfig.Objective.SIGMOID, workload.classes());
        int size = workload.size();
        images = Nd4j.create(DataType.FLOAT, workload.batch(), 3, size, size);
        floats(images).put(workload.images().duplicate().clear());
        outputGradient = Nd4j.create(DataType.FLOAT, workload.batch(), workload.classes());
    }

    @Override
    public double step() {
        INDArray logits = graph.feedForward(new INDArray[] {images}, true, false).get(output);
        FloatBuffer gradient = floats(outputGradient);
        double loss = objective.loss(floats(logits.dup('c')), workload.targets(), gradient);
        graph.backpropGradient(outputGradient);
        return loss;
    }

    @Override
    public void close() {
        graph.close();
    }

    private static FloatBuffer floats(INDArray array) {
        return array.data().asNioFloat();
    }
}
