package org.jft.core.engine;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a layer's configuration does in DL4J with the layer it has made. */
final class LayerSetup {
    private LayerSetup() {}

    /** Gives the layer its place in the graph and its part of the parameters; returns it. */
    static Layer finish(
            Layer layer,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize) {
        NeuralNetConfiguration conf = layer.conf();
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        layer.setParamTable(conf.getLayer().initializer().init(conf, parameters, initialize));
        return layer;
    }
}
