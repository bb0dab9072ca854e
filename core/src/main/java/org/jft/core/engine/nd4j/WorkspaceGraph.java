package org.jft.core.engine.nd4j;

import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.InputVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A ComputationGraph whose forward and backward passes are called one after the other by us, with
 * all activations in one workspace. DL4J's public {@code feedForward} detaches every activation
 * instead: fresh off-heap arrays each step that only the garbage collector frees.
 */
final class WorkspaceGraph extends ComputationGraph {
    private static final long serialVersionUID = 1L;

    private transient MemoryWorkspace activations;

    WorkspaceGraph(ComputationGraphConfiguration configuration) {
        super(configuration);
    }

    /**
     * From now on backward leaves the gradient of each input in an array of ours.
     *
     * @param targets [batchSize, ...] each, in the graph's order; a smaller batch fills the first
     *     rows
     */
    void keepInputGradients(INDArray[] targets) {
        for (int i = 0; i < targets.length; i++) {
            RecordingInput input = new RecordingInput(this, (InputVertex) vertices[i], targets[i]);
            vertices[i] = input;
            verticesMap.put(input.getVertexName(), input);
        }
    }

    /** Runs forward and keeps what backward needs; the outputs live until {@link #release}. */
    INDArray[] forward(INDArray[] inputs) {
        release();
        LayerWorkspaceMgr memory =
                LayerWorkspaceMgr.builder()
                        .with(ArrayType.ACTIVATIONS, WS_ALL_LAYERS_ACT, WS_ALL_LAYERS_ACT_CONFIG)
                        .with(ArrayType.INPUT, WS_ALL_LAYERS_ACT, WS_ALL_LAYERS_ACT_CONFIG)
                        .build();
        activations = memory.notifyScopeEntered(ArrayType.ACTIVATIONS);
        var byVertex =
                ffToLayerActivationsInWS(
                        true, -1, null, FwdPassType.STANDARD, false, inputs, null, null, false);
        return getConfiguration().getNetworkOutputs().stream()
                .map(byVertex::get)
                .toArray(INDArray[]::new);
    }

    /** Runs backward into {@link #getFlattenedGradients()} and frees the activations. */
    void backward(INDArray[] outputGradients) {
        if (activations == null) {
            throw new IllegalStateException("backward needs a forward pass with training=true");
        }
        try {
            calcBackpropGradients(true, false, outputGradients);
        } finally {
            release();
        }
    }

    /** Frees the activations of a forward pass that had no backward; idempotent. */
    void release() {
        if (activations != null) {
            activations.close();
            activations = null;
        }
    }

    /**
     * Frees the workspaces of this thread, parameters and gradients. DL4J's own does the same and
     * collects all garbage of the process, more than once; an updater's state, which it frees, too,
     * there is none here.
     */
    @Override
    public void close() {
        release();
        MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
        workspaces.getAllWorkspacesForCurrentThread().forEach(workspaces::destroyWorkspace);
        for (INDArray array : new INDArray[] {flattenedParams, flattenedGradients}) {
            if (array != null && array.closeable()) {
                array.close();
            }
        }
    }
}
